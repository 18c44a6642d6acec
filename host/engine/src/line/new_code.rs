//! Gives what was sold as a code another code; the old one stops working.

use super::{delivery, view};
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::kind::Kind;
use host_core::line::Line;
use host_core::{LineId, Refusal};
use serde_json::Value;

/// Replaces the code by a new random one, and returns the line view with `old_code` beside it. Whoever is signed in by
/// it stays: a redeemed line has its user name and password.
///
/// # Errors
/// `not_found`, also for what has no code.
pub async fn new_code(work: &mut Work, id: LineId) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let before: Line = work.get(id).await?;
    if before.code.is_none() {
        return Err(Refusal::not_found(Kind::Line.as_str()).into());
    }
    let code = delivery::fresh_code(work, delivery::GENERATED).await?;
    let line = Line { code: Some(code), ..before.clone() };
    work.update(&before, line.clone());
    let mut shown = view::document(&line, work).await?;
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("old_code".to_owned(), before.code.into());
    }
    Ok(shown)
}
