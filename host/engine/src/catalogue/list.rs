//! The lists there are.

use crate::Result;
use host_core::Refusal;
use host_core::category::CategoryKind;
use host_core::refusal::Code;
use host_core::stream::StreamKind;

/// The lists there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum List {
    Live,
    Movie,
    Series,
}

impl List {
    pub(super) fn parse(word: &str) -> Result<List> {
        match word {
            "live" => Ok(List::Live),
            "movie" => Ok(List::Movie),
            "series" => Ok(List::Series),
            _ => Err(Refusal::field(Code::InvalidInput, "list", "One of live, movie, series.").into()),
        }
    }

    pub(super) fn kinds(self) -> Vec<StreamKind> {
        match self {
            List::Live => vec![StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio],
            List::Movie => vec![StreamKind::Movie],
            List::Series => Vec::new(),
        }
    }

    pub(super) fn headings(self) -> &'static [CategoryKind] {
        match self {
            List::Live => &[CategoryKind::Live, CategoryKind::Radio],
            List::Movie => &[CategoryKind::Movie],
            List::Series => &[CategoryKind::Series],
        }
    }
}
