//! Takes a transfer back.

use super::{cover, note_fits};
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::plan::Guard;
use host_core::refusal::Code;
use host_core::user::User;
use host_core::{Refusal, TransferId};
use serde_json::{Value, json};

/// Moves what a transfer has moved back to where it came from: all of it, or `amount` where less is to be returned.
/// Returns `{"reverses","returned"}`.
///
/// # Errors
/// `not_permitted` below an admin, `not_found` for a transfer that is not there, `invalid_input` for one that was taken
/// back already or takes another back itself for one of a user who is gone, and for an amount that is not part of it, `insufficient_credits` when whoever
/// got the credits has spent them.
pub async fn reverse(work: &mut Work, id: TransferId, amount: Option<Credits>, note: &str) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let refuse = |field: &'static str, message: String| Refusal::field(Code::InvalidInput, field, message);
    let Some((entry, reversed_by)) = work.transfer_of(id).await? else {
        return Err(Refusal::new(Code::NotFound, "There is no such transfer.").into());
    };
    let moved = entry.transfer;
    let is_taken_back = reversed_by.is_some() || work.takes_back(id);
    if is_taken_back || moved.reverses.is_some() {
        let message = "This transfer was taken back already, or takes another back.";
        return Err(refuse("transfer", message.to_owned()).into());
    }
    note_fits(note)?;
    if let Account::User(user) = moved.from
        && work.know::<User>(user).await?.is_none()
    {
        return Err(refuse("transfer", "The user who gave these credits is gone.".to_owned()).into());
    }
    let amount = amount.unwrap_or(moved.amount);
    if amount <= Credits::ZERO || amount > moved.amount {
        let message = format!("At least a ten-thousandth and at most {} credits can be given back.", moved.amount);
        return Err(refuse("amount", message).into());
    }
    give_back(work, &moved, amount, note.to_owned()).await?;
    Ok(json!({ "reverses": id, "returned": amount.to_string() }))
}

/// Moves an amount of a transfer back, which may happen once; whoever got it has to have it.
pub(crate) async fn give_back(work: &mut Work, moved: &Transfer, amount: Credits, note: String) -> Result<()> {
    cover(work, moved.to, amount).await?;
    work.guard(Guard::NotReversed(moved.id));
    let (actor, at) = (work.caller().user(), work.now());
    work.transfer(Transfer {
        id: TransferId(0),
        from: moved.to,
        to: moved.from,
        amount,
        reverses: Some(moved.id),
        reason: Reason::Refund,
        object: moved.object,
        actor,
        note,
        at,
    });
    Ok(())
}
