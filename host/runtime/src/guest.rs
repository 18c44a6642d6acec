//! What crosses between host and guests beside plain texts and numbers: the records of `wit/`.

use host_core::action::OutcomeKind;
use wasmtime::component::{ComponentType, Lift, Lower};

/// A refusal as it crosses to guests.
#[derive(Debug, Clone, ComponentType, Lift, Lower)]
#[component(record)]
pub struct GuestRefusal {
    /// A code of the host, or one that the action's description lists.
    pub code: String,
    /// The parameter or field it is about.
    pub field: Option<String>,
    /// One sentence.
    pub message: String,
}

/// What a reply has for its caller.
#[derive(Debug, Clone, ComponentType, Lift)]
#[component(variant)]
pub enum GuestContent {
    /// JSON.
    #[component(name = "data")]
    Data(String),
    /// What the host holds under this number.
    #[component(name = "held")]
    Held(u32),
    /// The body that was written, with these headers.
    #[component(name = "body")]
    Body(Vec<(String, String)>),
}

impl GuestContent {
    /// About how many bytes it has.
    pub(crate) fn len(&self) -> usize {
        match self {
            GuestContent::Data(json) => json.len(),
            GuestContent::Held(_) => 0,
            GuestContent::Body(headers) => headers.iter().map(|(name, value)| name.len() + value.len()).sum(),
        }
    }
}

/// How a call ended well.
#[derive(Debug, Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum GuestOutcome {
    #[component(name = "done")]
    Done,
    #[component(name = "created")]
    Created,
    #[component(name = "accepted")]
    Accepted,
    #[component(name = "none")]
    None,
    #[component(name = "moved")]
    Moved,
}

impl From<GuestOutcome> for OutcomeKind {
    fn from(outcome: GuestOutcome) -> OutcomeKind {
        match outcome {
            GuestOutcome::Done => OutcomeKind::Done,
            GuestOutcome::Created => OutcomeKind::Created,
            GuestOutcome::Accepted => OutcomeKind::Accepted,
            GuestOutcome::None => OutcomeKind::None,
            GuestOutcome::Moved => OutcomeKind::Moved,
        }
    }
}

/// A reply as a guest gave it; nothing in it has been checked.
#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct GuestReply {
    /// What its caller gets.
    pub content: GuestContent,
    /// Rows in scope, beside the data of a list.
    pub total: Option<u32>,
    /// Those that match.
    pub matching: Option<u32>,
    /// How it ended.
    pub outcome: Option<GuestOutcome>,
    /// A path below the surface's mount.
    pub location: Option<String>,
    /// By which the next page is asked for.
    pub cursor: Option<String>,
}

/// How a guest answered.
pub(crate) type Answered = Result<GuestReply, GuestRefusal>;
