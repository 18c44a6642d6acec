//! An episode's place in its series.

use crate::SeriesId;
use crate::kind::Key;
use serde::{Deserialize, Serialize};

/// An episode's place in its series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EpisodeOf {
    /// The series.
    pub series: SeriesId,
    /// Season number, from 0 (specials).
    pub season: u16,
    /// Number in the season.
    pub number: u16,
}

impl From<EpisodeOf> for Key {
    fn from(place: EpisodeOf) -> Key {
        place.series.into()
    }
}
