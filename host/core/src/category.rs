//! A category: a heading in the lists of players. All categories of a tenant share one number
//! space, as players expect.

use crate::Refusal;
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::time::Unix;
use crate::{CategoryId, Version};
use serde::{Deserialize, Serialize};

/// Which list a category belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CategoryKind {
    /// Live channels and radio.
    #[default]
    Live,
    /// Movies.
    Movie,
    /// Series.
    Series,
    /// Radio stations, listed after the live categories.
    Radio,
}

/// A heading. Serialises to the `category` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Its list.
    pub kind: CategoryKind,
    /// Unique in its list.
    pub name: String,
    /// Place in its list; ties by id.
    pub position: i32,
}

impl Default for Category {
    fn default() -> Category {
        Category { id: CategoryId(0), version: Version(0), kind: CategoryKind::Live, name: String::new(), position: 0 }
    }
}

impl Record for Category {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "kind": Read Write, "name": Read Write, "position": Read Write,
    };
    const RESELLERS: Reading = Reading::Lists;

    fn blank(id: u32, _now: Unix) -> Option<Category> {
        Some(Category { id: CategoryId(id), ..Category::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        check_name(&self.name, "category")
    }
}
