//! Verification: every invariant is worked out again from the rows.
//! Knows nothing of how a finding is repaired.

use super::audit_chain;
use super::connection::quick_check;
use crate::error::failed;
use host_core::plan::Place;
use host_core::port::{Finding, StoreError};
use rusqlite::Connection;

/// Invariants that are one query each: what it gives, holds no more.
const QUERIES: &[(&str, &str)] = &[
    (
        "ledger sum",
        "SELECT 'the accounts add up to ' || sum(balance) || ' ten-thousandths' FROM accounts HAVING sum(balance) <> 0",
    ),
    ("balance", "SELECT 'account ' || account || ' is below zero' FROM accounts WHERE account <> 0 AND balance < 0"),
    (
        "balance",
        "WITH moved (account, units) AS (SELECT to_account, amount FROM transfers \
         UNION ALL SELECT from_account, -amount FROM transfers), \
         sums (account, units) AS (SELECT account, sum(units) FROM moved GROUP BY account) \
         SELECT 'account ' || a.account || ' has ' || a.balance || ', its transfers add up to ' || coalesce(s.units, 0) \
         FROM accounts a LEFT JOIN sums s ON s.account = a.account WHERE a.balance <> coalesce(s.units, 0)",
    ),
    (
        "balance",
        "SELECT 'account ' || t.account || ' has transfers but no balance' FROM \
         (SELECT to_account AS account FROM transfers UNION SELECT from_account FROM transfers) t \
         WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.account = t.account)",
    ),
    (
        "transfer",
        "SELECT 'transfer ' || id || ' moves nothing or stays where it is' FROM transfers \
         WHERE amount <= 0 OR from_account = to_account",
    ),
    (
        "user tree",
        "WITH RECURSIVE up (start, id, depth) AS (SELECT id, parent, 1 FROM users WHERE parent IS NOT NULL UNION ALL \
         SELECT up.start, u.parent, up.depth + 1 FROM up JOIN users u ON u.id = up.id \
         WHERE u.parent IS NOT NULL AND up.depth <= 5) \
         SELECT DISTINCT 'user ' || start || ' is in a cycle or too deep' FROM up WHERE depth > 5",
    ),
    (
        "member position",
        "SELECT 'bouquet ' || bouquet || ' has position ' || position || ' ' || count(*) || ' times' \
         FROM bouquet_members NOT INDEXED GROUP BY bouquet, position HAVING count(*) > 1",
    ),
    (
        "member",
        "SELECT 'bouquet ' || bouquet || ' has a member twice' FROM bouquet_members \
         GROUP BY bouquet, stream, series HAVING count(*) > 1",
    ),
];

/// What does not hold. Reads at one moment.
pub(super) fn verify(connection: &Connection, place: Place) -> Result<Vec<Finding>, StoreError> {
    let mut findings: Vec<Finding> = match quick_check(connection) {
        Ok(lines) => lines.into_iter().map(|detail| Finding { invariant: "pages", detail }).collect(),
        Err(detail) => vec![Finding { invariant: "pages", detail }],
    };
    if let Place::Tenant(_) = place {
        for (invariant, sql) in QUERIES {
            for detail in texts(connection, sql)? {
                findings.push(Finding { invariant, detail });
            }
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(failed)?;
    let mut rows = statement.query(()).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let table: String = row.get(0).map_err(failed)?;
        let number: Option<i64> = row.get(1).map_err(failed)?;
        let parent: String = row.get(2).map_err(failed)?;
        let number = number.map_or_else(|| "?".into(), |number| number.to_string());
        let detail = format!("row {number} of {table} names a row of {parent} that is not there");
        findings.push(Finding { invariant: "foreign key", detail });
    }
    findings.extend(audit_chain::verify(connection)?);
    Ok(findings)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let rows = statement.query_map((), |row| row.get(0)).map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}
