//! Redeems an activation code: its terms begin, and whoever has it gets what it signs in with.

use super::view;
use crate::{Result, Work};
use host_core::line::{Line, LineStatus};
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{Refusal, name};
use serde_json::{Value, json};

/// Begins the terms of a code in stock; one that is redeemed already tells the same again, so that a player which lost its
/// data comes back. Anybody may ask: whoever asks has the code. Returns `{"line","username","password","expiry"}`.
///
/// # Errors
/// `not_found` for what is no code; `banned`, `disabled`, `expired`.
pub async fn redeem(work: &mut Work, code: &str) -> Result<Value> {
    let unknown = || Refusal::field(Code::NotFound, "code", "There is no such code.");
    let code = name::activation_code(code.trim()).map_err(|_| unknown())?;
    let before: Line = work.find(Unique::LineCode(code)).await?.ok_or_else(unknown)?;
    let line = match before.status(work.now()) {
        LineStatus::Active => before,
        LineStatus::Stock => {
            let too_long =
                |_| Refusal::field(Code::InvalidType, "code", "What was sold with it would end after the year 9999.");
            let line = before.redeemed(work.now()).map_err(too_long)?;
            work.update(&before, line.clone());
            line
        }
        LineStatus::Banned => return Err(refuse(Code::Banned, "This code is banned.").into()),
        LineStatus::Disabled => return Err(refuse(Code::Disabled, "This code is suspended.").into()),
        LineStatus::Expired => return Err(refuse(Code::Expired, "The term of this code is over.").into()),
    };
    let password = view::Reader::of(work).password(&line);
    Ok(json!({ "line": line.id, "username": line.username, "password": password.reveal(), "expiry": line.expiry }))
}

fn refuse(code: Code, message: &'static str) -> Refusal {
    Refusal::field(code, "code", message)
}
