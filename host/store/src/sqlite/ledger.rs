//! The double-entry ledger in tables: transfers, and balances that follow from them.

use super::batch::{Failure, PlanWriter};
use super::cells::Word;
use crate::error::failed;
use host_core::credit::Credits;
use host_core::ledger::{Account, Entry, Reason, Transfer};
use host_core::object::{Key, Kind};
use host_core::plan::Guard;
use host_core::port::StoreError;
use host_core::time::Unix;
use host_core::{TransferId, UserId};
use rusqlite::{Connection, OptionalExtension, Row};

/// The number of an account: 0 is the panel itself.
pub(super) fn number(account: Account) -> u32 {
    match account {
        Account::System => 0,
        Account::User(id) => id.0,
    }
}

fn account(number: u32) -> Account {
    if number == 0 { Account::System } else { Account::User(UserId(number)) }
}

/// The balance of an account; nothing for one that never had any.
pub(super) fn balance(connection: &Connection, account: Account) -> rusqlite::Result<Credits> {
    let found: Option<i64> = connection
        .prepare_cached("SELECT balance FROM accounts WHERE account = ?1")?
        .query_row((number(account),), |row| row.get(0))
        .optional()?;
    Ok(Credits::from_units(found.unwrap_or(0)))
}

/// Moves credits. A user's balance must cover it at this moment: one conditional statement,
/// never read and then written. The balances follow by a trigger; nothing else changes one.
pub(super) fn transfer(
    writer: &PlanWriter<'_>,
    transfer: &Transfer,
    request: Option<&str>,
    idempotency: Option<&str>,
) -> Result<(), Failure> {
    let (from, to) = (number(transfer.from), number(transfer.to));
    if transfer.amount.units() <= 0 || from == to {
        return Err(Failure::Invalid("a transfer moves more than nothing, from one account to another".into()));
    }
    let units = transfer.amount.units();
    let moved = writer.run(
        "INSERT INTO transfers (from_account, to_account, amount, from_after, to_after, reason, object_kind, object, \
         actor, note, at, idempotency, reverses, request) \
         SELECT ?1, ?2, ?3, f.balance - ?3, t.balance + ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 \
         FROM accounts f, accounts t \
         WHERE f.account = ?1 AND t.account = ?2 AND (?1 = 0 OR f.balance >= ?3)",
        rusqlite::params![
            from,
            to,
            units,
            transfer.reason.word(),
            transfer.object.map(|key| key.kind().as_str()),
            transfer.object.map(Key::number),
            transfer.actor.map(|id| id.0),
            transfer.note,
            transfer.at.0,
            idempotency,
            transfer.reverses.map(|id| id.0),
            request,
        ],
    )?;
    match moved {
        0 if is_account(writer, to)? => Err(Failure::Conflict(Guard::Covers(transfer.from, transfer.amount))),
        0 => Err(Failure::Invalid(format!("there is no account {to}"))),
        _ => Ok(()),
    }
}

fn is_account(writer: &PlanWriter<'_>, number: u32) -> rusqlite::Result<bool> {
    writer.with("SELECT 1 FROM accounts WHERE account = ?1", |statement| statement.exists((number,)))
}

/// The columns of a transfer.
const COLUMNS: &str = "id, from_account, to_account, amount, reason, object_kind, object, actor, note, at, reverses, \
                       from_after, to_after";

/// Transfers that touch an account, newest first.
pub(super) fn transfers(
    connection: &Connection,
    account: Account,
    behind: Option<TransferId>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    // Two ranges, merged: neither is read further than the page.
    let sql = format!(
        "SELECT {COLUMNS} FROM transfers WHERE from_account = ?1 AND id < ?2 UNION ALL \
         SELECT {COLUMNS} FROM transfers WHERE to_account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let before = behind.map_or(i64::MAX, |id| id.0);
    let mut rows = statement.query((number(account), before, limit.clamp(1, 1_000))).map_err(failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

/// A transfer, and the one that takes it back.
pub(super) fn entry(
    connection: &Connection,
    id: TransferId,
) -> Result<Option<(Entry, Option<TransferId>)>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM transfers WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query((id.0,)).map_err(failed)?;
    let Some(row) = rows.next().map_err(failed)? else { return Ok(None) };
    Ok(Some((read(row)?, reversed_by(connection, id).map_err(failed)?)))
}

/// What was paid for a thing and not given back, the oldest first.
pub(super) fn purchases(connection: &Connection, object: Key) -> Result<Vec<Entry>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM transfers WHERE reason = 'purchase' AND object = ?1 AND object_kind = ?2 \
         AND NOT EXISTS (SELECT 1 FROM transfers AS back WHERE back.reverses = transfers.id) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query((object.number(), object.kind().as_str())).map_err(failed)?;
    let mut purchases = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        purchases.push(read(row)?);
    }
    Ok(purchases)
}

/// The transfer that takes this one back.
pub(super) fn reversed_by(connection: &Connection, id: TransferId) -> rusqlite::Result<Option<TransferId>> {
    connection
        .prepare_cached("SELECT id FROM transfers WHERE reverses = ?1")?
        .query_row((id.0,), |row| row.get(0).map(TransferId))
        .optional()
}

/// A row of the table, by the names of its columns.
pub(super) fn read(row: &Row<'_>) -> Result<Entry, StoreError> {
    let id: i64 = row.get("id").map_err(failed)?;
    let corrupt = |column, reason: String| StoreError::Corrupt { table: "transfers", column, row: id, reason };
    let cell = |column: &'static str| move |error: rusqlite::Error| corrupt(column, error.to_string());
    let reason: String = row.get("reason").map_err(cell("reason"))?;
    let kind: Option<String> = row.get("object_kind").map_err(cell("object_kind"))?;
    let object: Option<u32> = row.get("object").map_err(cell("object"))?;
    let credits = |column: &'static str| row.get(column).map(Credits::from_units).map_err(cell(column));
    let transfer = Transfer {
        id: TransferId(id),
        from: account(row.get("from_account").map_err(cell("from_account"))?),
        to: account(row.get("to_account").map_err(cell("to_account"))?),
        amount: credits("amount")?,
        reverses: row.get::<_, Option<i64>>("reverses").map_err(cell("reverses"))?.map(TransferId),
        reason: Reason::from_word(&reason).ok_or_else(|| corrupt("reason", format!("{reason:?} is no reason")))?,
        object: match (kind.as_deref().map(Kind::from_word), object) {
            (Some(Some(kind)), Some(number)) => Some(Key::new(kind, number)),
            (None, _) => None,
            _ => return Err(corrupt("object_kind", "no kind with a number".into())),
        },
        actor: row.get::<_, Option<u32>>("actor").map_err(cell("actor"))?.map(UserId),
        note: row.get("note").map_err(cell("note"))?,
        at: Unix(row.get("at").map_err(cell("at"))?),
    };
    Ok(Entry { transfer, from_after: credits("from_after")?, to_after: credits("to_after")? })
}
