//! Drops the lists and guides that are kept for lines; each is made again when it is next asked for.

use crate::parameters::ReloadCache;
use linecard_sdk::node::{self, Clearing};
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Freed {
    freed_bytes: u64,
}

/// Drops something, and answers how much that was.
pub(crate) fn freed(what: Clearing) -> Result<Reply, Refusal> {
    reply::data(&Freed { freed_bytes: node::clear(what)? })
}

pub(crate) fn reload_cache(_: Call<ReloadCache>) -> Result<Reply, Refusal> {
    freed(Clearing::Bodies)
}
