//! What a stream is.

use serde::{Deserialize, Serialize};

/// What a stream is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// A channel from a source elsewhere.
    #[default]
    Live,
    /// A channel of the panel's own making, listed beside the live ones. It plays its list over and over; without one
    /// it plays from sources as they do, the next one when one fails.
    CreatedChannel,
    /// A movie.
    Movie,
    /// An episode of a series.
    Episode,
    /// A radio station.
    Radio,
}

impl StreamKind {
    /// Every kind.
    pub const ALL: [StreamKind; 5] =
        [StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Movie, StreamKind::Episode, StreamKind::Radio];

    /// Every kind with its word.
    pub const WORDS: [(StreamKind, &'static str); 5] = [
        (StreamKind::Live, StreamKind::Live.word()),
        (StreamKind::CreatedChannel, StreamKind::CreatedChannel.word()),
        (StreamKind::Movie, StreamKind::Movie.word()),
        (StreamKind::Episode, StreamKind::Episode.word()),
        (StreamKind::Radio, StreamKind::Radio.word()),
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            StreamKind::Live => "live",
            StreamKind::CreatedChannel => "created_channel",
            StreamKind::Movie => "movie",
            StreamKind::Episode => "episode",
            StreamKind::Radio => "radio",
        }
    }

    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<StreamKind> {
        StreamKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Endless, so it occupies a seat while it is open and cannot be sought in.
    pub fn is_live(self) -> bool {
        matches!(self, StreamKind::Live | StreamKind::CreatedChannel | StreamKind::Radio)
    }
}
