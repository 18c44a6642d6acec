//! Audit rows out of a plan's own rows: who changed what, with secrets named and never shown.
//! Knows nothing of the hash chain (the store closes it).

use crate::overlay::{Overlay, Row};
use crate::{Error, Result};
use host_core::JobId;
use host_core::audit::{AuditEntry, difference};
use host_core::caller::Caller;
use host_core::object::{Key, Kind, Object};
use host_core::time::Unix;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What stands in the place of a changed secret.
const CHANGED: &str = "changed";

/// One row per touched row of the plan.
pub(crate) fn rows(overlay: &Overlay, caller: &Caller, action: &str, now: Unix) -> Vec<AuditEntry> {
    audited(overlay)
        .filter_map(|(key, row)| {
            let (before, after) = sides(row)?;
            Some(entry(caller, action, now, Some(key), before, after))
        })
        .collect()
}

/// One row for all rows that a piece of a job has touched: how many of each kind were `created`,
/// `changed` and `deleted`, and a SHA-256 `digest` over what each of them would have shown. None
/// for a piece that touched nothing.
pub(crate) fn of_piece(
    overlay: &Overlay,
    caller: &Caller,
    action: &str,
    now: Unix,
    job: JobId,
) -> Result<Option<AuditEntry>> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    let (mut digest, mut line) = (Sha256::new(), Vec::new());
    for (key, row) in audited(overlay) {
        let Some(sides) = sides(row) else { continue };
        let done = match (&row.before, &row.after) {
            (None, _) => "created",
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "deleted",
        };
        *counts.entry(key.kind().as_str()).or_default().entry(done).or_default() += 1;
        line.clear();
        serde_json::to_writer(&mut line, &(key.to_string(), sides)).map_err(|e| Error::Invalid(e.to_string()))?;
        line.push(b'\n');
        digest.update(&line);
    }
    let after = json!({ "rows": counts, "digest": hex::encode(digest.finalize()) });
    Ok((!counts.is_empty()).then(|| entry(caller, action, now, Some(Key::Job(job)), json!({}), after)))
}

/// What leaves a trace: a job's progress is its own record and leaves none.
fn audited(overlay: &Overlay) -> impl Iterator<Item = (Key, &Row)> {
    overlay.touched().filter(|(key, row)| key.kind() != Kind::Job || row.before.is_none())
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
