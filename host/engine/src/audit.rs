//! Audit rows out of a plan's own rows: who changed what, with secrets named and never shown.
//! Knows nothing of the hash chain (the store closes it).

use crate::overlay::{Overlay, Row};
use host_core::audit::{AuditEntry, difference};
use host_core::caller::Caller;
use host_core::object::{Key, Kind, Object};
use host_core::time::Unix;
use serde_json::{Map, Value, json};

/// What stands in the place of a changed secret.
const CHANGED: &str = "changed";

/// One row per touched row of the plan. A job's progress is its own record and leaves none.
pub(crate) fn rows(overlay: &Overlay, caller: &Caller, action: &str, now: Unix) -> Vec<AuditEntry> {
    overlay
        .touched()
        .filter(|(key, row)| key.kind() != Kind::Job || row.before.is_none())
        .filter_map(|(key, row)| {
            let (before, after) = sides(row)?;
            Some(entry(caller, action, now, Some(key), before, after))
        })
        .collect()
}

/// One row.
pub(crate) fn entry(
    caller: &Caller,
    action: &str,
    now: Unix,
    object: Option<Key>,
    before: Value,
    after: Value,
) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: caller.user(),
        key_prefix: caller.key_prefix.clone(),
        address: caller.address.map(|address| address.to_string()),
        action: action.to_owned(),
        object,
        before,
        after,
        request: caller.request.clone(),
    }
}

/// What a touched row looks like before and after; none for one that was made and removed again.
pub(crate) fn sides(row: &Row) -> Option<(Value, Value)> {
    match (&row.before, &row.after) {
        (None, None) => None,
        (None, Some(new)) => Some((json!({}), shown(new))),
        (Some(old), None) => Some((shown(old), json!({}))),
        (Some(old), Some(new)) => {
            let (before, mut after) = difference(&shown(old), &shown(new));
            if let Value::Object(after) = &mut after {
                name_secrets(old, new, after);
            }
            Some((before, after))
        }
    }
}

/// The document of an object without what must not be shown. A stream's addresses hold the
/// credentials of its source.
fn shown(object: &Object) -> Value {
    let mut document = object.document();
    if let (Object::Stream(_), Value::Object(fields)) = (object, &mut document) {
        fields.remove("sources");
        if let Some(Value::Object(origin)) = fields.get_mut("origin") {
            origin.remove("url");
        }
    }
    document
}

fn name_secrets(old: &Object, new: &Object, after: &mut Map<String, Value>) {
    let changed = match (old, new) {
        (Object::Line(old), Object::Line(new)) => (old.password_mac != new.password_mac).then_some("password"),
        (Object::User(old), Object::User(new)) => (old.password != new.password).then_some("password"),
        (Object::Stream(old), Object::Stream(new)) => (old.sources != new.sources).then_some("sources"),
        _ => None,
    };
    if let Some(name) = changed {
        after.insert(name.to_owned(), CHANGED.into());
    }
}
