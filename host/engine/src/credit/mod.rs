//! Verbs on credits: they move, they are never set.

mod adjust;
mod reverse;

pub use adjust::adjust;
pub(crate) use reverse::give_back;
pub use reverse::reverse;

use crate::{Result, Work};
use host_core::Refusal;
use host_core::credit::Credits;
use host_core::ledger::Account;
use host_core::plan::Guard;
use host_core::refusal::Code;

/// Longest note, in characters.
const MAX_NOTE: usize = 1_000;

fn note_fits(note: &str) -> Result<()> {
    if note.chars().count() <= MAX_NOTE {
        return Ok(());
    }
    let message = format!("A note has at most {MAX_NOTE} characters.");
    Err(Refusal::field(Code::InvalidInput, "note", message).into())
}

/// Refuses where the giving side is short; the panel never is.
async fn cover(work: &mut Work, from: Account, amount: Credits) -> Result<()> {
    if from == Account::System {
        return Ok(());
    }
    if work.balance(from).await? < amount {
        let message = format!("The giving side has fewer than {amount} credits.");
        return Err(Refusal::new(Code::InsufficientCredits, message).into());
    }
    work.guard(Guard::Covers(from, amount));
    Ok(())
}
