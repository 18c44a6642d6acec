//! Refusals as they cross between guest and host.

use crate::Refusal;
#[cfg(target_arch = "wasm32")]
use crate::bindings::exports::linecard::plugin::actions as given;
use crate::bindings::linecard::plugin::actions as got;

impl From<got::Refusal> for Refusal {
    fn from(refusal: got::Refusal) -> Refusal {
        Refusal { code: refusal.code, field: refusal.field, message: refusal.message }
    }
}

#[cfg(target_arch = "wasm32")]
impl From<Refusal> for given::Refusal {
    fn from(refusal: Refusal) -> given::Refusal {
        given::Refusal { code: refusal.code, field: refusal.field, message: refusal.message }
    }
}
