//! The merge of a document into a record, as far as a role may set its fields.

use super::declared::{Access, Record, RecordField};
use crate::Refusal;
use crate::caller::CallerRole;
use crate::object::Stored;
use crate::refusal::Code;
use serde_json::{Map, Value};

/// What a role may do with a field; hidden where there is none of this name.
pub fn access(fields: &[RecordField], name: &str, role: CallerRole) -> Access {
    let Some(field) = fields.iter().find(|field| field.name == name) else { return Access::Hidden };
    match role {
        CallerRole::Admin => field.admin,
        CallerRole::Reseller => field.reseller,
        CallerRole::Line | CallerRole::Stranger => Access::Hidden,
    }
}

/// Removes the fields that a role may not see.
pub fn trim(fields: &[RecordField], document: &mut Map<String, Value>, role: CallerRole) {
    document.retain(|name, _| access(fields, name, role) >= Access::Read);
}

/// Refuses a field that a role may not set, by the kind's word.
pub(crate) fn check_settable(word: &str, fields: &[RecordField], name: &str, role: CallerRole) -> Result<(), Refusal> {
    match access(fields, name, role) {
        Access::Write => Ok(()),
        Access::Read => {
            let message = format!("{name} cannot be set by this caller.");
            Err(Refusal::field(Code::NotPermitted, name.to_owned(), message))
        }
        Access::Hidden => {
            let settable = fields.iter().filter(|field| access(fields, field.name, role) == Access::Write);
            let settable: Vec<_> = settable.map(|field| field.name).collect();
            let message = format!("The kind {word} has no field {name}; it has {}.", settable.join(", "));
            Err(Refusal::field(Code::InvalidInput, name.to_owned(), message))
        }
    }
}

/// `current` with the fields of `document` set: every field must be one the role may write, and have its type. Fields
/// that are not sent keep their value. Rules over several fields are checked by [`Record::validate`].
pub(super) fn merge<T: Record + Stored>(
    current: &T,
    document: &Map<String, Value>,
    role: CallerRole,
) -> Result<T, Refusal> {
    let mut merged = match serde_json::to_value(current) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    for (name, value) in document {
        check_settable(T::word(), T::FIELDS, name, role)?;
        let mut one = merged.clone();
        one.insert(name.clone(), value.clone());
        if let Err(error) = serde_json::from_value::<T>(Value::Object(one)) {
            return Err(Refusal::field(Code::InvalidInput, name.clone(), format!("{name}: {error}")));
        }
        merged.insert(name.clone(), value.clone());
    }
    let mut result: T = serde_json::from_value(Value::Object(merged)).map_err(|error| {
        Refusal::new(Code::InvalidInput, format!("The {} does not fit together: {error}", T::word()))
    })?;
    result.set_version(current.version());
    Ok(result)
}
