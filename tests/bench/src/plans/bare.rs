//! The statements of sales without the machinery around them: same order, same values, and the audit's hash over the
//! same bytes. There are no guards that could fail.

use super::sale::RESELLER;
use anyhow::{Context, bail, ensure};
use host_core::audit::AuditEntry;
use host_core::object::Object;
use host_core::plan::{Change, Plan};
use rusqlite::{CachedStatement, Connection, params};
use sha2::{Digest, Sha256};
use std::path::Path;

/// How statements are got.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Statements {
    /// Each out of the connection's cache when it is used, as programs usually do.
    Cached,
    /// All stay ready for the whole run, as a careful program has them.
    Ready,
}

/// A connection as the store has them, to the tenant's database.
pub(super) fn connect(data: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(data.join("tenants/bench/panel.db"))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096; \
         PRAGMA mmap_size = 4294967296",
    )?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// The statements on one connection.
pub(super) struct Bare<'c> {
    connection: &'c Connection,
    statements: Vec<(&'static str, CachedStatement<'c>)>,
    kind: Statements,
    link: [u8; 32],
    hash: Sha256,
    row: Vec<u8>,
}

impl<'c> Bare<'c> {
    pub(super) fn new(connection: &'c Connection, kind: Statements) -> Bare<'c> {
        Bare { connection, statements: Vec::new(), kind, link: [0; 32], hash: Sha256::new(), row: Vec::new() }
    }

    fn statement(&mut self, sql: &'static str) -> anyhow::Result<&mut CachedStatement<'c>> {
        if self.kind == Statements::Cached {
            self.statements.clear();
        }
        let found = self.statements.iter().position(|(text, _)| std::ptr::eq(*text, sql));
        if found.is_none() {
            self.statements.push((sql, self.connection.prepare_cached(sql)?));
        }
        let at = found.unwrap_or(self.statements.len() - 1);
        self.statements.get_mut(at).map(|(_, statement)| statement).context("a statement was lost")
    }

    fn run(&mut self, sql: &'static str, params: &[&dyn rusqlite::ToSql]) -> anyhow::Result<()> {
        self.statement(sql)?.execute(params)?;
        Ok(())
    }

    /// Runs a group of sales in one transaction, and commits it.
    pub(super) fn group(&mut self, mut plans: impl Iterator<Item = Plan>) -> anyhow::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.hash = Sha256::new_with_prefix(self.link);
        plans.try_for_each(|plan| self.sale(plan))?;
        self.link = self.hash.clone().finalize().into();
        let (last, link) = (self.connection.last_insert_rowid(), self.link);
        self.run("INSERT INTO audit_chain (last, hash) VALUES (?1, ?2)", params![last, link.as_slice()])?;
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    /// One sale, out of the same owned plan.
    fn sale(&mut self, plan: Plan) -> anyhow::Result<()> {
        let [Change::Insert(object), Change::Transfer(transfer)] = plan.changes.as_slice() else {
            bail!("this is no sale")
        };
        let Object::Line(line) = &**object else { bail!("this is no sale") };
        let version = self.statement("SELECT version FROM users WHERE id = ?1")?;
        let version: u32 = version.query_row((RESELLER.0,), |row| row.get(0))?;
        ensure!(version == 1, "the seller has changed");
        self.run(
            "INSERT INTO lines (id, version, owner, username, password, password_mac, package, expires_at, trial, \
             enabled, admin_enabled, max_connections, allowed_addresses, allowed_agents, allowed_outputs, bouquets, \
             isp_lock, isp, country, restreamer, admin_notes, reseller_notes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, \
             ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
            params![
                line.id.0,
                1,
                line.owner.0,
                line.username,
                line.password.0,
                line.password_mac.0.as_slice(),
                9,
                1_000,
                false,
                true,
                true,
                2,
                serde_json::to_string(&line.allowed_addresses)?,
                serde_json::to_string(&line.allowed_agents)?,
                serde_json::to_string(&line.allowed_outputs)?,
                line.bouquets.iter().fold(String::from(","), |list, id| list + &id.to_string() + ","),
                true,
                "Telstra",
                None::<&str>,
                false,
                line.admin_notes,
                line.reseller_notes,
                5
            ],
        )?;
        let take = "UPDATE accounts SET balance = balance - ?2 WHERE account = ?1 AND balance >= ?2";
        self.run(take, params![RESELLER.0, 1])?;
        self.run("UPDATE accounts SET balance = balance + ?2 WHERE account = ?1", params![0, 1])?;
        self.run(
            "INSERT INTO transfers (id, from_account, to_account, amount, reason, object_kind, object, actor, note, at, \
             idempotency) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![None::<u32>, RESELLER.0, 0, 1, "adjustment", "line", 1, 1, transfer.note, 1, None::<&str>],
        )?;
        self.audit(plan.audit.first().context("a sale without audit")?)
    }

    fn audit(&mut self, entry: &AuditEntry) -> anyhow::Result<()> {
        let before = serde_json::to_string(&entry.before)?;
        let after = serde_json::to_string(&entry.after)?;
        self.run(
            "INSERT INTO audit (at, actor, key_prefix, address, action, object_kind, object, before, after, request) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                1,
                RESELLER.0,
                entry.key_prefix,
                entry.address,
                entry.action,
                None::<&str>,
                None::<u32>,
                before,
                after,
                entry.request
            ],
        )?;
        self.row.clear();
        for number in [self.connection.last_insert_rowid(), 1, RESELLER.0.into()] {
            self.row.push(b'n');
            self.row.extend(number.to_be_bytes());
        }
        let named = [entry.key_prefix.as_deref(), entry.address.as_deref(), Some(&*entry.action), None, None];
        for text in named.into_iter().chain([Some(&*before), Some(&*after), Some(&*entry.request)]) {
            let Some(text) = text else {
                self.row.push(b'-');
                continue;
            };
            self.row.push(b't');
            self.row.extend((text.len() as u64).to_be_bytes());
            self.row.extend(text.as_bytes());
        }
        self.hash.update(&self.row);
        Ok(())
    }
}
