//! A bouquet: an ordered set of streams and series. Its members are kept beside it, because a
//! bouquet may hold hundreds of thousands. Knows nothing of who has it.

use crate::{BouquetId, SeriesId, StreamId, Version};
use serde::{Deserialize, Serialize};

/// A set of streams and series. Serialises to the `bouquet` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Bouquet {
    /// Its id.
    pub id: BouquetId,
    /// How often it has changed; membership counts as a change.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the tenant.
    pub name: String,
    /// Place among the bouquets; ties by id.
    pub position: i32,
}

impl Default for Bouquet {
    fn default() -> Bouquet {
        Bouquet { id: BouquetId(0), version: Version(0), name: String::new(), position: 0 }
    }
}

/// Something a bouquet can hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Member {
    /// A stream that is no episode.
    Stream(StreamId),
    /// A series with all its episodes.
    Series(SeriesId),
}
