//! Reads the log of all movements of credits.

use super::page::{Names, Rows};
use super::query::{OF_USERS, asked, manages};
use crate::{Result, Work};
use host_core::UserId;
use host_core::credit::Credits;
use host_core::ledger::{Account, Entry};
use host_core::object::Key;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"user","from","to","until","search","start","after","limit","fields"}`. A movement is shown from
/// the side of the user whom it is about: of two users the one whom it was done to, else the only one.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn credits(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    manages(work)?;
    let asked = asked(work, query, OF_USERS).await?;
    let limit = asked.limit;
    let page = work.engine().store().movements(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row: &Entry| row.transfer.id.0 }.document(work, about, show).await
}

fn about(row: &Entry) -> Vec<Key> {
    let users = [target(row), row.transfer.actor];
    users.into_iter().flatten().map(Key::User).collect()
}

fn target(row: &Entry) -> Option<UserId> {
    let transfer = &row.transfer;
    let sides = [transfer.from, transfer.to].into_iter().filter_map(user);
    match transfer.object {
        Some(Key::User(object)) if sides.clone().any(|side| side == object) => Some(object),
        _ => sides.clone().next(),
    }
}

fn user(account: Account) -> Option<UserId> {
    match account {
        Account::User(id) => Some(id),
        Account::System => None,
    }
}

fn show(row: &Entry, names: &Names) -> Value {
    let transfer = &row.transfer;
    let target = target(row);
    let gave = user(transfer.from) == target;
    let amount = if gave { Credits::ZERO.checked_sub(transfer.amount) } else { Some(transfer.amount) };
    json!({
        "id": transfer.id,
        "user": target,
        "username": names.of(target),
        "actor": transfer.actor,
        "actor_name": names.of(transfer.actor),
        "amount": amount,
        "balance_after": if gave { row.from_after } else { row.to_after },
        "reason": transfer.reason,
        "object": transfer.object.map(|key| key.to_string()),
        "note": transfer.note,
        "at": transfer.at,
    })
}
