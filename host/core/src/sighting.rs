//! Soft state: what was last seen of a thing. It is not part of any plan's world: the last word counts, nothing grows
//! old by it, no version rises, no audit is written, and a crash may lose the last seconds of it.

use crate::object::Key;
use crate::time::Unix;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What was last seen of a thing.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub at: Unix,
    /// From which address; empty where it has none.
    pub address: String,
    /// With which player or client, at most 255 bytes of what it said.
    pub agent: String,
    /// What else is known, by names that its kind has: a stream's state, a source's last error.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
}

/// A thing, and what was last seen of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Sighting {
    /// The thing.
    pub key: Key,
    /// What was seen.
    pub seen: Seen,
}

/// Most sightings of one plan.
pub const MAX_SIGHTINGS: usize = 2_000;
