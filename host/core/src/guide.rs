//! The guide: programmes of channels, from sources that are built beside the old one and then
//! switched, so that a failed import keeps the last good guide.

use crate::Refusal;
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::time::Unix;
use crate::{GuideSourceId, Version};
use serde::{Deserialize, Serialize};

/// Which build of a source's programmes; the current one is the one that is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Build(pub u32);

/// A source of guide data. Serialises to the `guide_source` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GuideSource {
    /// Its id.
    pub id: GuideSourceId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the tenant; for a file, the file's name.
    pub name: String,
    /// The build that readers see; build 0 is empty.
    pub current: Build,
    /// The highest build ever begun.
    pub latest: Build,
    /// Programmes in the current build.
    pub programmes: u32,
    /// When the current build was switched to.
    pub updated_at: Unix,
}

impl GuideSource {
    /// One without programmes.
    pub fn new(id: u32, name: String, now: Unix) -> GuideSource {
        let (current, latest) = (Build(0), Build(0));
        GuideSource {
            id: GuideSourceId(id),
            version: Version(0),
            name,
            current,
            latest,
            programmes: 0,
            updated_at: now,
        }
    }
}

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

impl Record for GuideSource {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Hidden Read, "name": Hidden Write, "current": Hidden Read, "latest": Hidden Read,
        "programmes": Hidden Read, "updated_at": Hidden Read,
    };
    const RESELLERS: Reading = Reading::Never;

    fn blank(id: u32, now: Unix) -> Option<GuideSource> {
        Some(GuideSource::new(id, String::new(), now))
    }

    fn validate(&self) -> Result<(), Refusal> {
        check_name(&self.name, "guide source")
    }
}
