//! Reading and changing a table of the file.

use toml::{Table, Value};

/// Adds parameters to an action; its own go before those of the same name.
pub(crate) fn put(action: &mut Table, parameters: Table) {
    let own = action.entry("parameters").or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(own) = own {
        for (name, parameter) in parameters {
            own.entry(name).or_insert(parameter);
        }
    }
}

pub(crate) fn text(value: Option<Value>, key: &str) -> Result<Option<String>, String> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is a text")),
    }
}
