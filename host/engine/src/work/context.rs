//! What is the same in every attempt at an action.

use crate::Engine;
use host_core::caller::Caller;
use host_core::plan::Database;
use host_core::time::Unix;
use std::sync::Arc;

/// What is the same in every attempt.
pub(crate) struct RunContext {
    pub(crate) engine: Arc<Engine>,
    pub(crate) caller: Caller,
    pub(crate) action: String,
    pub(crate) database: Database,
    pub(crate) now: Unix,
}
