//! What became of an attempt.

use crate::body::sink::Sink;
use crate::call::CallError;
use crate::guest::GuestReply;
use crate::held::HeldAnswers;
use crate::limits::Spent;
use crate::reply;
use crate::route::Route;
use crate::stop::Stop;
use host_engine::{Error, Work};

/// A guest's success: the attempt with its plan, the reply, and the body it wrote.
pub(super) struct Success {
    pub(super) work: Work,
    pub(super) reply: GuestReply,
    pub(super) body: Sink,
    pub(super) held: HeldAnswers,
}

/// Why an attempt is over. Nothing of it is committed.
pub(super) enum Failure {
    /// Whatever the caller gets.
    Call(CallError),
    /// It ran into a limit, which the caller's own wish may have led to.
    Limit(Spent),
    /// The plugin broke: how, for its log.
    Fault(String),
}

impl Failure {
    /// What ended a guest, or the body that it wrote: a limit is its fault, a failure of storage ours.
    pub(super) fn from_stop(stop: Stop) -> Failure {
        match stop {
            Stop::Ours(error) => Failure::Call(CallError::from(error)),
            Stop::Spent(spent) => Failure::Limit(spent),
            stop => Failure::Fault(stop.to_string()),
        }
    }
}

impl<E: Into<CallError>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Call(error.into())
    }
}

pub(super) fn fault(lie: reply::Lie) -> Failure {
    match lie {
        reply::Lie::Spent(spent) => Failure::Limit(spent),
        reply::Lie::NoRow(error) => Failure::Call(CallError::Ours(Error::Invalid(error.to_string()))),
        lie => Failure::Fault(lie.to_string()),
    }
}

pub(super) fn content_type(route: &Route) -> String {
    route.action.reply.content_type.clone().unwrap_or_else(|| "application/json".into())
}

pub(super) fn tag(digest: &[u8; 32]) -> String {
    hex::encode(digest.get(..16).unwrap_or(digest))
}
