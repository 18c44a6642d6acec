//! What guests answer.

use wasmtime::component::{ComponentType, Lift, Lower};

/// A refusal as it crosses to guests.
#[derive(Debug, Clone, ComponentType, Lift, Lower)]
#[component(record)]
pub(crate) struct GuestRefusal {
    pub(crate) code: String,
    pub(crate) field: Option<String>,
    pub(crate) message: String,
}

/// How a guest answered.
pub(crate) type Answered = Result<String, GuestRefusal>;
