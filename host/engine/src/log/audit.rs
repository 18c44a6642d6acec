//! Reads the log of what users did, with what it cost them.

use super::page::{Names, Rows};
use super::query::{OF_USERS, asked, manages};
use crate::{Result, Work};
use host_core::audit::Deed;
use host_core::credit::Credits;
use host_core::ledger::{Account, Entry};
use host_core::object::Key;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"user","from","to","until","search","start","after","limit","fields"}`; of a user there is what they
/// did, and what others did to their credits. To a reseller it has what was done in the tree, and who moved credits of
/// the tree from outside.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn audit(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    manages(work)?;
    let asked = asked(work, query, OF_USERS).await?;
    let limit = asked.limit;
    let page = work.engine().store().deeds(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row: &Deed| row.id }.document(work, about, show).await
}

fn about(row: &Deed) -> Vec<Key> {
    let actor = row.actor.map(Key::User);
    // A line that was only changed says by its name what it is delivered to.
    let line = row.object.filter(|key| matches!(key, Key::Line(_)) && row.delivery.is_none());
    actor.into_iter().chain(line).collect()
}

fn show(row: &Deed, names: &Names) -> Value {
    let delivery = || row.delivery.clone().or_else(|| names.called(row.object)?.delivery.clone());
    let kind = match row.object {
        Some(Key::Line(_)) => delivery().unwrap_or_else(|| "line".to_owned()),
        Some(key) => key.kind().as_str().to_owned(),
        None => String::new(),
    };
    let (surface, action) = match row.action.split_once('/') {
        Some((surface, action)) => (Some(surface), action),
        None => (None, row.action.as_str()),
    };
    let moved = row.moved.as_ref().map(|moved| cost(row, moved));
    json!({
        "id": row.id,
        "actor": row.actor,
        "actor_name": names.of(row.actor),
        "surface": surface,
        "action": action,
        "kind": kind,
        "object": row.object.map(Key::number),
        "package": row.package,
        "cost": moved.and_then(|(cost, _)| cost),
        "balance_after": moved.map(|(_, after)| after),
        "at": row.at,
    })
}

/// What a movement took from whoever did it, and what they have left; of who gives from the panel's own credits, and of
/// who moves what is others', what that user has.
fn cost(row: &Deed, moved: &Entry) -> (Option<Credits>, Credits) {
    let transfer = &moved.transfer;
    let own = row.actor.map(Account::User).filter(|own| [transfer.from, transfer.to].contains(own));
    let payer = own.unwrap_or(Account::System);
    let gives = transfer.from == payer || transfer.to != payer;
    let cost = if gives { Some(transfer.amount) } else { Credits::ZERO.checked_sub(transfer.amount) };
    let shows_giver = match payer {
        Account::User(_) => gives,
        Account::System => transfer.from != Account::System,
    };
    (cost, if shows_giver { moved.from_after } else { moved.to_after })
}
