//! What of an `actions.toml` the author's types depend on. The pack step reads the file whole and refuses what the host
//! could not apply.

use linecard_forms::Form;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    action: Vec<Action>,
}

/// An action.
#[derive(Deserialize)]
pub(crate) struct Action {
    /// The surface it is on.
    pub surface: String,
    /// Its name there, and the name of its function.
    pub name: String,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
    /// The verb and the kind, when it is a common action.
    #[serde(default)]
    pub does: BTreeMap<String, String>,
    /// Its parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
}

/// A parameter.
#[derive(Deserialize)]
pub(crate) struct Parameter {
    /// Its type.
    #[serde(rename = "type")]
    pub form: Form,
    /// Of a list: the type of its items.
    pub of: Option<Form>,
    /// Of an object, or of a list of objects: its members.
    #[serde(default)]
    pub members: BTreeMap<String, Parameter>,
    /// It may arrive as null.
    #[serde(default)]
    pub nullable: bool,
    /// Must be there.
    #[serde(default)]
    pub required: bool,
    /// The value when it is absent.
    pub default: Option<toml::Value>,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
}

impl Parameter {
    /// Whether the host always sends it.
    pub(crate) fn is_always_there(&self) -> bool {
        self.required || self.default.is_some()
    }
}

/// The actions of a file that was spelled out, or the first thing that cannot become Rust.
pub(crate) fn actions(file: toml::Table) -> Result<Vec<Action>, String> {
    let file: File = file.try_into().map_err(|error: toml::de::Error| error.to_string())?;
    let mut names = BTreeSet::new();
    for action in &file.action {
        identifier(&action.name)?;
        if !names.insert(&action.name) {
            return Err(format!("{} is described twice: its function could not tell which it answers.", action.name));
        }
        check(&action.parameters).map_err(|message| format!("{}: {message}", action.name))?;
    }
    Ok(file.action)
}

/// Refuses parameters, or members of one, that cannot become fields.
fn check(parameters: &BTreeMap<String, Parameter>) -> Result<(), String> {
    for (name, parameter) in parameters {
        identifier(name).map_err(|message| format!("{message} Other spellings go into `aliases`."))?;
        if parameter.form == Form::List && parameter.of.is_none_or(|of| of == Form::List) {
            return Err(format!("{name} is a list and says what it is `of`."));
        }
        check(&parameter.members)?;
    }
    Ok(())
}

/// The name in Rust; a keyword becomes a raw name (`r#type`).
pub(crate) fn identifier(name: &str) -> Result<syn::Ident, String> {
    let raw = || syn::parse_str::<syn::Ident>(&format!("r#{name}"));
    syn::parse_str::<syn::Ident>(name).or_else(|_| raw()).map_err(|_| format!("`{name}` is no name in Rust."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        actions(toml::from_str(text).unwrap()).err().unwrap()
    }

    #[test]
    fn what_cannot_become_rust_is_refused_by_name() {
        let action = "[[action]]\nsurface = 's'\nname = 'greet'\n";
        assert!(refused("[[action]]\nsurface = 's'\nname = 'a-b'\n").contains("`a-b`"));
        assert!(refused(&format!("{action}{action}")).contains("greet is described twice"));
        let parameters = |row: &str| format!("{action}[action.parameters]\n{row}\n");
        assert!(refused(&parameters("'x[y]' = { type = 'text' }")).contains("aliases"));
        assert!(refused(&parameters("x = { type = 'list' }")).contains("`of`"));
        assert!(refused(&parameters("x = { type = 'colour' }")).contains("colour"));
    }
}
