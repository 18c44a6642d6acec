//! The double-entry ledger in tables: transfers, and balances that follow from them.

use super::batch::{Failure, PlanWriter};
use super::cells::Word;
use crate::error::failed;
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
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
pub(super) fn transfer(writer: &PlanWriter<'_>, transfer: &Transfer, idempotency: Option<&str>) -> Result<(), Failure> {
    let (from, to) = (number(transfer.from), number(transfer.to));
    if transfer.amount.units() <= 0 || from == to {
        return Err(Failure::Invalid("a transfer moves more than nothing, from one account to another".into()));
    }
    let units = transfer.amount.units();
    let moved = writer.run(
        "INSERT INTO transfers (from_account, to_account, amount, from_after, to_after, reason, object_kind, object, \
         actor, note, at, idempotency) \
         SELECT ?1, ?2, ?3, f.balance - ?3, t.balance + ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM accounts f, accounts t \
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

/// Transfers that touch an account, newest first.
pub(super) fn transfers(
    connection: &Connection,
    account: Account,
    start: u32,
    limit: u32,
) -> Result<Vec<Transfer>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT id, from_account, to_account, amount, reason, object_kind, object, actor, note, at FROM transfers \
             WHERE from_account = ?1 OR to_account = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
        )
        .map_err(failed)?;
    let mut rows = statement.query((number(account), limit.clamp(1, 1_000), start)).map_err(failed)?;
    let mut transfers = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        transfers.push(read(row)?);
    }
    Ok(transfers)
}

fn read(row: &Row<'_>) -> Result<Transfer, StoreError> {
    let id: i64 = row.get(0).map_err(failed)?;
    let corrupt = |column, reason: String| StoreError::Corrupt { table: "transfers", column, row: id, reason };
    let cell = |column: &'static str| move |error: rusqlite::Error| corrupt(column, error.to_string());
    let reason: String = row.get(4).map_err(cell("reason"))?;
    let kind: Option<String> = row.get(5).map_err(cell("object_kind"))?;
    let object: Option<u32> = row.get(6).map_err(cell("object"))?;
    Ok(Transfer {
        id: TransferId(id),
        from: account(row.get(1).map_err(cell("from_account"))?),
        to: account(row.get(2).map_err(cell("to_account"))?),
        amount: Credits::from_units(row.get(3).map_err(cell("amount"))?),
        reason: Reason::from_word(&reason).ok_or_else(|| corrupt("reason", format!("{reason:?} is no reason")))?,
        object: match (kind.as_deref().map(Kind::from_word), object) {
            (Some(Some(kind)), Some(number)) => Some(Key::new(kind, number)),
            (None, _) => None,
            _ => return Err(corrupt("object_kind", "no kind with a number".into())),
        },
        actor: row.get::<_, Option<u32>>(7).map_err(cell("actor"))?.map(UserId),
        note: row.get(8).map_err(cell("note"))?,
        at: Unix(row.get(9).map_err(cell("at"))?),
    })
}
