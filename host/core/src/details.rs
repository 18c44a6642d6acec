//! What is known of a movie, an episode or a series.

use serde::{Deserialize, Serialize};

/// What is known of a movie, episode or series beyond its name. Empty text means unknown.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Year of release, as text.
    pub year: String,
    /// What happens.
    pub plot: String,
    /// Actors.
    pub cast: String,
    /// Director.
    pub director: String,
    /// Genres.
    pub genre: String,
    /// `YYYY-MM-DD`.
    pub release_date: String,
    /// 0 to 10.
    pub rating: f32,
    /// Seconds.
    pub duration: u32,
    /// Address of a large picture.
    pub backdrop: String,
    /// Video id of a trailer.
    pub trailer: String,
    /// Number in the public movie database; 0 when unknown.
    pub tmdb: u32,
}
