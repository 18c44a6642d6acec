//! Audit rows: one per mutation, or one per piece of a job, in the same transaction, hash-chained
//! per commit group.

use crate::ledger::Entry;
use crate::object::Key;
use crate::time::Unix;
use crate::{PackageId, UserId};
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

/// A row of the audit as the log of what users did shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// Its number, higher than those of all rows before it.
    pub id: i64,
    /// When.
    pub at: Unix,
    /// Who; none is the host itself.
    pub actor: Option<UserId>,
    /// Which action or command.
    pub action: String,
    /// What was changed.
    pub object: Option<Key>,
    /// The word of the delivery type, where a line was made or deleted.
    pub delivery: Option<String>,
    /// The package, where a line was made or its term changed by one.
    pub package: Option<PackageId>,
    /// The credits that it moved; the last movement about this object, of several.
    pub moved: Option<Entry>,
}

/// The name of what an audit row has of a movement of credits, in what it says of afterwards.
pub const MOVED: &str = "credits";
