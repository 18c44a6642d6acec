//! Access codes as records. They stand in the control database, those of all tenants in one table: each tenant has its
//! own, and none by which a request comes is closed by that request.

use crate::access_code::GENERATED;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::object::Object;
use host_core::refusal::Code;

/// Whether the row is the caller's tenant's.
pub(super) fn is_ours(work: &Work, row: &Object) -> bool {
    match row {
        Object::AccessCode(code) => code.tenant == work.caller().tenant,
        _ => true,
    }
}

/// Makes a blank code the tenant's, with a text that nobody guesses until another is set.
pub(super) fn begin(work: &mut Work, blank: &mut Object) {
    if let Object::AccessCode(code) = blank {
        code.tenant = work.caller().tenant;
        code.code = work.random_text(GENERATED);
    }
}

/// Refuses to close the code by which the request came: whoever asks would be locked out, and with the last code
/// everybody. It may have another text from then on.
///
/// # Errors
/// `not_permitted`.
pub(super) fn stays_open(work: &Work, before: &Object, after: Option<&Object>) -> Result<()> {
    let (Object::AccessCode(before), Some(from)) = (before, &work.from) else { return Ok(()) };
    let opens = match after {
        Some(Object::AccessCode(after)) => after.opens_for(from.address) && after.surface == before.surface,
        _ => false,
    };
    if opens || before.code != from.code.reveal() {
        return Ok(());
    }
    let message = "This request came by this access code; close it in a request by another one.";
    Err(Refusal::new(Code::NotPermitted, message).into())
}
