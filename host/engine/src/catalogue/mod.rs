//! What the calling line may watch, in the order of its bouquets. Lists may have hundreds of
//! thousands of entries, so they are read in pieces and written straight as JSON text.
//! Knows nothing of how a surface shows them.

mod categories;
mod episodes;
mod listing;
mod open;
mod row;

pub use categories::categories;
pub use episodes::open_episodes;
pub use listing::Listing;
pub use open::open;

use crate::Result;
use host_core::Refusal;
use host_core::category::CategoryKind;
use host_core::refusal::Code;
use host_core::stream::{Stream, StreamKind};

/// The lists there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum List {
    Live,
    Movie,
    Series,
}

impl List {
    fn parse(word: &str) -> Result<List> {
        match word {
            "live" => Ok(List::Live),
            "movie" => Ok(List::Movie),
            "series" => Ok(List::Series),
            _ => Err(Refusal::field(Code::InvalidInput, "list", "One of live, movie, series.").into()),
        }
    }

    fn kinds(self) -> Vec<StreamKind> {
        match self {
            List::Live => vec![StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio],
            List::Movie => vec![StreamKind::Movie],
            List::Series => Vec::new(),
        }
    }

    fn headings(self) -> &'static [CategoryKind] {
        match self {
            List::Live => &[CategoryKind::Live, CategoryKind::Radio],
            List::Movie => &[CategoryKind::Movie],
            List::Series => &[CategoryKind::Series],
        }
    }
}

/// Days of catch-up that can be played now. Nothing is recorded yet, so there are none, however
/// many a stream is to keep and its source claims to have: what is announced must play.
pub(crate) fn playable_days(_: &Stream) -> u16 {
    0
}
