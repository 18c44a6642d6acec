//! Late values: what is known only at commit.

use super::ledger::balance;
use host_core::plan::{Late, LateValue};
use rusqlite::Connection;

/// The values that are known before the plan's writes; the others are empty.
pub(super) fn before(connection: &Connection, late: &[Late]) -> rusqlite::Result<Vec<String>> {
    late.iter()
        .map(|late| match late.value {
            LateValue::BalanceBefore(account) => Ok(balance(connection, account)?.to_string()),
            LateValue::BalanceAfter(_) | LateValue::AuditHash => Ok(String::new()),
        })
        .collect()
}

/// Adds the values that are known after the plan's writes.
pub(super) fn after(connection: &Connection, late: &[Late], values: &mut [String]) -> rusqlite::Result<()> {
    for (late, value) in late.iter().zip(values) {
        if let LateValue::BalanceAfter(account) = late.value {
            *value = balance(connection, account)?.to_string();
        }
    }
    Ok(())
}

/// Adds the link that closes the commit group.
pub(super) fn link(link: &[u8; 32], late: &[Late], values: &mut [String]) {
    for (late, value) in late.iter().zip(values) {
        if late.value == LateValue::AuditHash {
            *value = format!("\"{}\"", hex::encode(link));
        }
    }
}

/// Whether a plan waits for the link.
pub(super) fn wants_link(late: &[Late]) -> bool {
    late.iter().any(|late| late.value == LateValue::AuditHash)
}
