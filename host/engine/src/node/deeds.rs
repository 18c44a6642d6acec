//! What an admin has done to the node: nothing of it is stored, so that it is done at once, and a dry run does nothing. Each
//! deed is in the audit.

use super::machine::{machine, told};
use crate::log::Happening;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::port::Clearing;
use host_core::refusal::Code;
use serde_json::{Value, json};

/// Takes new certificates, lays the tenant's routes out anew, and runs the operator's command where there is one:
/// `{"applied":[…]}`, which of `certificates`, `routes` and `command`.
///
/// # Errors
/// `not_permitted` for all but admins; `failed` where something of it cannot be done, with what.
pub async fn reload(work: &mut Work) -> Result<Value> {
    let machine = machine(work)?;
    let applied = match work.is_dry_run() {
        true => Vec::new(),
        false => machine.reload(work.caller().tenant).await.map_err(told)?,
    };
    if !work.is_dry_run() {
        work.engine().happened(work.caller().tenant, Happening::Reloaded, "", &applied.join(", "));
    }
    work.note(None, json!({ "reloaded": applied }));
    Ok(json!({ "applied": applied }))
}

/// Drops `bodies`, `segments` or `temporary` files, whatever nothing holds of them: `{"freed"}`, in bytes.
///
/// # Errors
/// `not_permitted` for all but admins; `invalid_input` for another word.
pub async fn clear(work: &mut Work, what: &str) -> Result<Value> {
    let machine = machine(work)?;
    let Some((clearing, word)) = Clearing::WORDS.into_iter().find(|(_, word)| *word == what) else {
        let message = "One of bodies, segments and temporary.";
        return Err(Refusal::field(Code::InvalidInput, "what", message).into());
    };
    let freed = match work.is_dry_run() {
        true => 0,
        false => machine.clear(work.caller().tenant, clearing).await.map_err(told)?,
    };
    if !work.is_dry_run() {
        work.engine().happened(work.caller().tenant, Happening::Cleared, word, &format!("{freed} bytes"));
    }
    work.note(None, json!({ "cleared": word, "bytes": freed }));
    Ok(json!({ "freed": freed }))
}
