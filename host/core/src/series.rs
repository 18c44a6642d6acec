//! A series; its episodes are streams of kind episode that name it.

use crate::Refusal;
use crate::details::Details;
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::time::Unix;
use crate::{CategoryId, SeriesId, Version};
use serde::{Deserialize, Serialize};

/// A series. Serialises to the `series` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Series {
    /// Its id.
    pub id: SeriesId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Shown to viewers.
    pub name: String,
    /// Categories; the first is the one it is listed under.
    pub categories: Vec<CategoryId>,
    /// Address of the cover picture, may be empty.
    pub cover: String,
    /// What is known of it.
    pub details: Details,
    /// When it or an episode last changed.
    pub modified_at: Unix,
}

impl Default for Series {
    fn default() -> Series {
        Series {
            id: SeriesId(0),
            version: Version(0),
            name: String::new(),
            categories: Vec::new(),
            cover: String::new(),
            details: Details::default(),
            modified_at: Unix(0),
        }
    }
}

impl Record for Series {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "name": Read Write, "categories": Read Write, "cover": Read Write,
        "details": Read Write, "modified_at": Read Read,
    };
    const RESELLERS: Reading = Reading::Lists;

    fn blank(id: u32, now: Unix) -> Option<Series> {
        Some(Series { id: SeriesId(id), modified_at: now, ..Series::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        check_name(&self.name, "series")
    }
}
