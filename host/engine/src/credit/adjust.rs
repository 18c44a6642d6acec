//! Moves credits between the caller and a user directly below them, or between the panel and a user.

use super::{cover, note_fits};
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::object::Key;
use host_core::plan::LateValue;
use host_core::refusal::Code;
use host_core::user::User;
use host_core::{Refusal, TransferId, UserId};
use serde_json::{Value, json};

/// Moves credits: a positive amount from the caller to the user, a negative one back. Admins give
/// from and take to the panel. Returns `{"id","before","after","adjusted"}`, where `before` and
/// `after` are late values.
///
/// # Errors
/// `invalid_input` for a malformed or zero amount, `not_found` for users outside the caller's
/// tree, `not_permitted` for themselves and, to resellers, for users that are not directly below them,
/// `insufficient_credits` when the giving side is short, `too_large` for the ninth in one action.
pub async fn adjust(work: &mut Work, user: UserId, amount: &str, note: &str) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let refuse = |field: &'static str, message: String| Refusal::field(Code::InvalidInput, field, message);
    let amount: Credits = amount.parse().map_err(|error| refuse("amount", format!("{error}.")))?;
    if amount == Credits::ZERO {
        return Err(refuse("amount", "Zero credits cannot be moved.".to_owned()).into());
    }
    note_fits(note)?;
    if work.caller().user() == Some(user) {
        return Err(Refusal::new(Code::NotPermitted, "You cannot adjust your own credits.").into());
    }
    let user: User = work.get(user).await?;
    let (own, theirs) = (own_account(work), Account::User(user.id));
    if let Account::User(id) = own
        && user.parent != Some(id)
    {
        let message = "A reseller moves credits to and from those directly below them; ask the one in between.";
        return Err(Refusal::new(Code::NotPermitted, message).into());
    }
    let (from, to) = if amount.is_negative() { (theirs, own) } else { (own, theirs) };
    let before = work.late(LateValue::BalanceBefore(theirs))?;
    let after = work.late(LateValue::BalanceAfter(theirs))?;
    cover(work, from, amount.magnitude()).await?;
    let (actor, at) = (work.caller().user(), work.now());
    work.transfer(Transfer {
        id: TransferId(0),
        from,
        to,
        amount: amount.magnitude(),
        reverses: None,
        reason: Reason::Adjustment,
        object: Some(Key::User(user.id)),
        actor,
        note: note.to_owned(),
        at,
    });
    Ok(json!({ "id": user.id, "before": before, "after": after, "adjusted": amount.to_string() }))
}

/// Where the caller's side lies: resellers pay from their own balance.
fn own_account(work: &Work) -> Account {
    match work.caller().user() {
        Some(id) if work.caller().role() == CallerRole::Reseller => Account::User(id),
        _ => Account::System,
    }
}
