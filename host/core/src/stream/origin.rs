//! Where a stream came from.

use crate::time::Unix;
use serde::{Deserialize, Serialize};

/// Where a stream came from, when an import made it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Name of the import source.
    pub source: String,
    /// The entry's address in the source, by which it is found again.
    pub url: String,
    /// The entry's `tvg-id`.
    pub tvg_id: String,
    /// The entry's name in the source.
    pub name: String,
    /// Fields edited by hand since; an import leaves them alone.
    pub edited: Vec<String>,
    /// Gone from the source at the last import.
    pub missing: bool,
    /// When an import last saw it; what is older than an import's start is missing.
    #[serde(default)]
    pub seen_at: Unix,
}
