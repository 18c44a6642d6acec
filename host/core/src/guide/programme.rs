//! What a guide is made of: channels and their programmes, build by build.

use crate::time::Unix;
use serde::{Deserialize, Serialize};

/// Which build of a source's programmes; the current one is the one that is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Build(pub u32);

/// A channel that a guide names.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GuideChannel {
    /// The guide's id of it (`tvg-id`).
    pub id: String,
    /// Display name.
    pub name: String,
    /// Logo address, may be empty.
    pub icon: String,
}

/// Bytes of titles and descriptions in one read of programmes, the last one of them aside: two weeks of a
/// channel have a fifth of it.
pub const READ_BYTES: usize = 1 << 20;

/// One programme.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Programme {
    /// Row number, unique in the tenant; 0 before it is stored. Each build has new ones, so that 32
    /// bits of them run out; outside the process it is decimal text.
    pub id: i64,
    /// The guide's channel id.
    pub channel: String,
    /// Begin.
    pub start: Unix,
    /// End, after the start.
    pub stop: Unix,
    /// Title.
    pub title: String,
    /// What it is about, may be empty.
    pub description: String,
    /// Language of the title, may be empty.
    pub language: String,
}
