//! What came of a call, besides its data: made, accepted, nothing to show, or to be found elsewhere.

use serde::{Deserialize, Serialize};

/// One way in which an action ends well.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Which.
    pub kind: OutcomeKind,
    /// Where the thing is, below the mount that was asked: `/customers/{id}`, with members of the data or, where
    /// there is none of that name, parameters in braces. A reply that names a place itself has its own.
    #[serde(default)]
    pub location: Option<String>,
}

impl Outcome {
    /// It was done, and nothing else is to be said of it.
    pub const fn done() -> Outcome {
        Outcome { kind: OutcomeKind::Done, location: None }
    }
}

/// What came of a call besides its data, as the host says it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ending {
    /// Which of the described ways it was.
    pub kind: OutcomeKind,
    /// Where the thing is, below the mount that was asked.
    pub location: Option<String>,
    /// The thing's version.
    pub version: Option<u64>,
    /// Where the next page of a list begins.
    pub cursor: Option<String>,
}

/// What a reply says of how the call ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SaidEnding {
    /// Which of the described ways it was; the first when it does not say.
    pub kind: Option<OutcomeKind>,
    /// Where the thing is, below the mount that was asked.
    pub location: Option<String>,
    /// Where the next page of a list begins.
    pub cursor: Option<String>,
}

/// What came of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    /// It was done: 200.
    #[default]
    Done,
    /// A thing was made: 201, with its place in `Location`.
    Created,
    /// It will be done: 202.
    Accepted,
    /// It was done, and there is nothing to show: 204, without a body.
    None,
    /// What was asked for is to be read elsewhere: 303, with `Location`.
    Moved,
}

impl OutcomeKind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            OutcomeKind::Done => 200,
            OutcomeKind::Created => 201,
            OutcomeKind::Accepted => 202,
            OutcomeKind::None => 204,
            OutcomeKind::Moved => 303,
        }
    }

    /// As descriptions and replies name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Done => "done",
            OutcomeKind::Created => "created",
            OutcomeKind::Accepted => "accepted",
            OutcomeKind::None => "none",
            OutcomeKind::Moved => "moved",
        }
    }
}
