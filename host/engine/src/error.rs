//! What a use case can answer instead of a result: a correct no, a failure of ours, or a program
//! that broke the rules of plans.

use host_core::Refusal;
use host_core::port::StoreError;

/// Why a use case has no result. A refusal is the caller's, a store error is ours.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A correct no; the caller is told.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Storage failed; the caller is told only that it did.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program that made the plan broke a rule: a late token inside a text, a control verb
    /// in a tenant's plan, a plan that storage cannot write.
    #[error("{0}")]
    Invalid(String),
}

/// What every use case returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The refusal, when it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refusal(refusal) => Some(refusal),
            _ => None,
        }
    }
}
