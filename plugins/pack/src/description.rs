//! `actions.toml` to the description that the host applies. The file may name a set of reply
//! fields once (`[fields.line]`) and use it in several actions (`fields = "line"`), or some of them
//! (`only = ["id"]`); the host knows nothing of that.

use crate::PackError;
use crate::folder::read;
use host_core::action::Description;
use std::path::Path;
use toml::{Table, Value};

/// The description in a plugin's folder, checked.
pub fn description(folder: &Path) -> Result<Description, PackError> {
    let text = read(&folder.join("actions.toml"))?;
    parse(&text).map_err(|reason| PackError::at(folder, "actions.toml", reason))
}

fn parse(text: &str) -> Result<Description, String> {
    // Read once as it is, so that a mistake in the syntax is shown with its line.
    let mut file: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let sets = match file.remove("fields") {
        Some(Value::Table(sets)) => sets,
        Some(_) => return Err("`fields` holds named sets of reply fields: [fields.line]".into()),
        None => Table::new(),
    };
    if let Some(Value::Array(actions)) = file.get_mut("action") {
        for action in actions {
            spell_out(action, &sets)?;
        }
    }
    let description: Description = file.try_into().map_err(|error: toml::de::Error| error.to_string())?;
    description.validate()?;
    Ok(description)
}

/// Puts the named set of fields into the action's reply, or those of them that `only` names.
fn spell_out(action: &mut Value, sets: &Table) -> Result<(), String> {
    let Some(reply) = action.get_mut("reply").and_then(Value::as_table_mut) else { return Ok(()) };
    let only = reply.remove("only");
    let Some(Value::String(name)) = reply.get("fields") else {
        return if only.is_none() { Ok(()) } else { Err("`only` names fields of a set: fields = \"line\"".into()) };
    };
    let set = sets.get(name).and_then(Value::as_table).ok_or_else(|| format!("there is no [fields.{name}]"))?;
    let fields = match only {
        None => set.clone(),
        Some(names) => some(names.as_array().map_or(&[], Vec::as_slice), name, set)?,
    };
    reply.insert("fields".into(), Value::Table(fields));
    Ok(())
}

/// Those fields of a set.
fn some(names: &[Value], of: &str, set: &Table) -> Result<Table, String> {
    let field = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        let field = set.get(name).ok_or_else(|| format!("[fields.{of}] has no `{name}`, which `only` names"))?;
        Ok((name.to_owned(), field.clone()))
    };
    names.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[fields.line]\nid = { type = 'id' }\n[[action]]\nsurface = 's'\nname = 'a'\n\
        summary = ''\nroles = ['admin']\nreply = { shape = 'list', fields = 'line' }\n";

    #[test]
    fn a_named_set_of_fields_is_spelled_out() {
        let description = parse(FILE).unwrap();
        assert!(description.actions[0].reply.fields.contains_key("id"));
        assert_eq!(parse(&FILE.replace("'line'", "'user'")).unwrap_err(), "there is no [fields.user]");
    }

    #[test]
    fn some_of_a_set_are_taken_in_the_order_in_which_they_are_named() {
        let file = FILE.replace("{ type = 'id' }", "{ type = 'id' }\nname = { type = 'text' }");
        let only = |names: &str| parse(&file.replace("'line' }", &format!("'line', only = {names} }}")));
        let description = only("['name', 'id']").unwrap();
        assert_eq!(description.actions[0].reply.fields.keys().collect::<Vec<_>>(), ["name", "id"]);
        assert!(only("['colour']").unwrap_err().contains("`colour`"));
    }

    #[test]
    fn what_the_host_could_not_apply_is_refused() {
        assert!(parse(&FILE.replace("['admin']", "[]")).unwrap_err().contains("no role"));
        assert!(parse(&FILE.replace("summary", "sumary")).unwrap_err().contains("summary"));
    }
}
