//! Documents of a plugin's own: made, listed by an index, and changed.

linecard_sdk::plugin!("actions.toml");

mod fulfil;
mod list_wishes;
mod wish;

use linecard_sdk::collections::Collection;
use serde::{Deserialize, Serialize};

/// The wishes, as `plugin.toml` declares them.
const WISHES: Collection<Wish> = Collection::named("wishes");

/// A wish, as it is kept.
#[derive(Serialize, Deserialize)]
struct Wish {
    room: String,
    text: String,
    state: String,
    at: u32,
}
