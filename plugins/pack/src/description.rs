//! `actions.toml` to the description that the host applies.

use crate::PackError;
use host_core::action::Description;
use std::path::Path;
use toml::Table;

/// The description in a plugin's folder, checked.
pub fn description(folder: &Path) -> Result<Description, PackError> {
    let described = linecard_nouns::read(&folder.join("actions.toml")).and_then(|read| checked(read.table));
    described.map_err(|reason| PackError::at(folder, "actions.toml", reason))
}

fn checked(file: Table) -> Result<Description, String> {
    let description: Description = file.try_into().map_err(|error: toml::de::Error| error.to_string())?;
    description.validate()?;
    Ok(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[fields.line]\nid = { type = 'id' }\n[[action]]\nsurface = 's'\nname = 'a'\n\
        summary = ''\nroles = ['admin']\nreply = { shape = 'list', fields = 'line' }\n";

    fn parse(text: &str) -> Result<Description, String> {
        checked(linecard_nouns::spelled_out(toml::from_str(text).unwrap())?)
    }

    #[test]
    fn what_is_named_is_spelled_out() {
        let description = parse(FILE).unwrap();
        assert!(description.actions[0].reply.fields.contains_key("id"));
        assert!(parse(&FILE.replace("'line'", "'user'")).unwrap_err().contains("[fields.user]"));
    }

    #[test]
    fn what_the_host_could_not_apply_is_refused() {
        assert!(parse(&FILE.replace("['admin']", "[]")).unwrap_err().contains("no role"));
        assert!(parse(&FILE.replace("summary", "sumary")).unwrap_err().contains("summary"));
    }
}
