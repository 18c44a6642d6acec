//! A category: a heading in the lists of players. All categories of a tenant share one number
//! space, as players expect.

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
