//! Audit rows: one per mutation, or one per piece of a job, in the same transaction, hash-chained
//! per commit group.

use crate::UserId;
use crate::object::Key;
use crate::time::Unix;
use serde::{Deserialize, Serialize};

/// One mutation, as it is remembered. Holds no secret: changed secrets are named, not shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Unix,
    /// Who; `None`: the host itself.
    pub actor: Option<UserId>,
    /// With which key (its public prefix).
    pub key_prefix: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Which action or command: `reseller/create_line`, `import m3u`.
    pub action: String,
    /// What was changed.
    pub object: Option<Key>,
    /// Changed fields before, as JSON; empty for a creation.
    pub before: serde_json::Value,
    /// Changed fields after, as JSON; empty for a deletion.
    pub after: serde_json::Value,
    /// The request's id.
    pub request: String,
}

/// The fields that differ between two documents, as (before, after).
pub fn difference(before: &serde_json::Value, after: &serde_json::Value) -> (serde_json::Value, serde_json::Value) {
    use serde_json::{Map, Value};
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before.clone(), after.clone());
    };
    let pick = |from: &Map<String, Value>, other: &Map<String, Value>| {
        from.iter()
            .filter(|(name, value)| other.get(*name) != Some(value))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect()
    };
    (Value::Object(pick(old, new)), Value::Object(pick(new, old)))
}
