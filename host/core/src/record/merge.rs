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
/// that are not sent keep their value. What stands within a field is set by its path, `official.price`, after the field
/// itself; of a field that is set to nothing, nothing within is set. Rules over several fields are checked by
/// [`Record::validate`].
pub(super) fn merge<T: Record + Stored>(
    current: &T,
    document: &Map<String, Value>,
    role: CallerRole,
) -> Result<T, Refusal> {
    let mut merged = match serde_json::to_value(current) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let mut sent: Vec<_> = document.iter().collect();
    sent.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in sent {
        let field = name.split('.').next().unwrap_or(name);
        check_settable(T::word(), T::FIELDS, field, role)?;
        if field != name && document.get(field).is_some_and(|sent| is_nothing::<T>(field, sent)) {
            continue;
        }
        let mut one = merged.clone();
        set::<T>(&mut one, name, value)?;
        if let Err(error) = serde_json::from_value::<T>(Value::Object(one.clone())) {
            return Err(Refusal::field(Code::InvalidInput, name.clone(), format!("{name}: {error}")));
        }
        merged = one;
    }
    let mut result: T = serde_json::from_value(Value::Object(merged)).map_err(|error| {
        Refusal::new(Code::InvalidInput, format!("The {} does not fit together: {error}", T::word()))
    })?;
    result.set_version(current.version());
    Ok(result)
}

/// Sets a field, or what stands at a path within one. A field with parts is made by `true`, as it is or of what it
/// begins with, and taken away by `false`.
fn set<T: Record>(fields: &mut Map<String, Value>, name: &str, value: &Value) -> Result<(), Refusal> {
    let mut path = name.split('.');
    let field = path.next().unwrap_or(name);
    let part = T::part(field);
    let place = fields.entry(field).or_insert(Value::Null);
    let within: Vec<&str> = path.collect();
    let is_made = !within.is_empty() || (part.is_some() && *value == Value::Bool(true));
    if is_made && place.is_null() {
        *place = part.unwrap_or_default();
    } else if !is_made {
        *place = if is_nothing::<T>(field, value) { Value::Null } else { value.clone() };
    }
    let Some((last, above)) = within.split_last() else { return Ok(()) };
    let holder = above.iter().try_fold(place, |place, name| place.get_mut(name));
    let Some(Value::Object(holder)) = holder else { return Err(no_such(name, &[])) };
    match holder.get_mut(*last) {
        Some(place) => *place = value.clone(),
        None => return Err(no_such(name, &holder.keys().map(String::as_str).collect::<Vec<_>>())),
    }
    Ok(())
}

/// Whether a value takes a field away.
fn is_nothing<T: Record>(field: &str, value: &Value) -> bool {
    value.is_null() || (*value == Value::Bool(false) && T::part(field).is_some())
}

fn no_such(name: &str, known: &[&str]) -> Refusal {
    let there = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    Refusal::field(Code::InvalidInput, name.to_owned(), format!("There is no {name}; there is {there}."))
}
