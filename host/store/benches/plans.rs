//! What a durable plan costs: CPU time beside the same statements run bare in one transaction,
//! and plans per second beside one flush per plan. Prints ratios; knows no thresholds.
//!
//! `cargo bench -p host-store --bench plans`; under `strace -f -c -e fdatasync` it counts flushes.
#![allow(clippy::unwrap_used)]

#[path = "../tests/conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::Version;
use host_core::audit::AuditEntry;
use host_core::credit::Credits;
use host_core::ledger::Account;
use host_core::object::{Key, Object, Unique};
use host_core::plan::{Change, Guard, Plan};
use host_core::port::Store;
use host_core::time::Unix;
use host_store::{Options, open};
use panel::*;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::time::Instant;

const PLANS: u32 = 16_384;

/// Seconds of CPU that all threads of this process have used.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = |task: std::io::Result<std::fs::DirEntry>| -> f64 {
        let text = std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0)
    };
    tasks.map(nanoseconds).sum::<f64>() / 1e9
}

fn entry() -> AuditEntry {
    AuditEntry {
        at: Unix(1),
        actor: Some(RESELLER),
        key_prefix: Some("abcdefgh".into()),
        address: Some("10.0.0.1".into()),
        action: "reseller/create_line".into(),
        object: None,
        before: serde_json::json!({}),
        after: serde_json::json!({"username": "someone", "max_connections": 1}),
        request: "00000000".into(),
    }
}

/// A reseller sells a line: three guards, an insert, a transfer, an audit row.
fn sale(id: u32) -> Plan {
    Plan {
        guards: vec![
            Guard::Unchanged(Key::User(RESELLER), Version(1)),
            Guard::Free(Unique::LineUsername(format!("line{id}"))),
            Guard::Covers(Account::User(RESELLER), Credits::from_units(1)),
        ],
        audit: vec![entry()],
        ..plan([insert(line(id, RESELLER)), transfer(Account::User(RESELLER), Account::System, 1)])
    }
}

/// The statements of one sale, on a bare connection, out of the same owned plan.
fn bare(connection: &Connection, plan: Plan, hash: &mut Sha256) {
    let [Change::Insert(object), Change::Transfer(transfer)] = &plan.changes[..] else { return };
    let (Object::Line(line), audit) = (&**object, &plan.audit[0]) else { return };
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
        connection.prepare_cached(sql).unwrap().execute(params).unwrap();
    };
    let version: u32 = connection
        .prepare_cached("SELECT version FROM users WHERE id = ?1")
        .unwrap()
        .query_row((RESELLER.0,), |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
    run(
        "INSERT INTO lines (id, version, owner, username, password, password_mac, package, expires_at, trial, enabled, \
         admin_enabled, max_connections, allowed_addresses, allowed_agents, allowed_outputs, bouquets, isp_lock, isp, \
         country, restreamer, admin_notes, reseller_notes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
         ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
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
            serde_json::to_string(&line.allowed_addresses).unwrap(),
            serde_json::to_string(&line.allowed_agents).unwrap(),
            serde_json::to_string(&line.allowed_outputs).unwrap(),
            line.bouquets.iter().fold(String::from(","), |list, id| format!("{list}{id},")),
            true,
            "Telstra",
            None::<&str>,
            false,
            line.admin_notes,
            line.reseller_notes,
            5
        ],
    );
    run("UPDATE accounts SET balance = balance - ?2 WHERE account = ?1 AND balance >= ?2", params![RESELLER.0, 1]);
    run("UPDATE accounts SET balance = balance + ?2 WHERE account = ?1", params![0, 1]);
    run(
        "INSERT INTO transfers (id, from_account, to_account, amount, reason, object_kind, object, actor, note, at, \
         idempotency) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![None::<u32>, RESELLER.0, 0, 1, "adjustment", "line", 1, 1, transfer.note, 1, None::<&str>],
    );
    let (before, after) = (audit.before.to_string(), audit.after.to_string());
    run(
        "INSERT INTO audit (at, actor, key_prefix, address, action, object_kind, object, before, after, request) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            1,
            RESELLER.0,
            audit.key_prefix,
            audit.address,
            audit.action,
            None::<&str>,
            None::<u32>,
            before,
            after,
            audit.request
        ],
    );
    for text in [&before, &after, &audit.action, &audit.request] {
        hash.update(text);
    }
}

fn measured(run: impl FnOnce()) -> (f64, f64) {
    let (cpu_before, begin) = (cpu(), Instant::now());
    run();
    (cpu() - cpu_before, begin.elapsed().as_secs_f64())
}

fn through_the_port(in_flight: u32) -> (f64, f64) {
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    Panel::new(&*opened.store).top_up(RESELLER, i64::from(PLANS));
    let mut plans: Vec<Plan> = (1..=PLANS).map(sale).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    measured(|| {
        runtime.block_on(async {
            while !plans.is_empty() {
                let rest = plans.split_off(plans.len().min(in_flight as usize));
                let group = std::mem::replace(&mut plans, rest);
                let answers: Vec<_> = group.into_iter().map(|plan| opened.store.commit(HERE, plan)).collect();
                // The last one first: the client is then woken once, not for each answer.
                for answer in answers.into_iter().rev() {
                    answer.await.unwrap();
                }
            }
        });
    })
}

fn without_machinery(group: u32) -> (f64, f64) {
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let data = folder.path().join("data");
    let opened = open(&data, Options::default()).unwrap();
    Panel::new(&*opened.store).top_up(RESELLER, i64::from(PLANS));
    drop(opened);
    let connection = Connection::open(data.join("tenants/demo/panel.db")).unwrap();
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096; PRAGMA mmap_size = 4294967296")
        .unwrap();
    connection.set_prepared_statement_cache_capacity(256);
    let mut plans: Vec<Plan> = (1..=PLANS).map(sale).collect();
    let mut hash = Sha256::new();
    measured(|| {
        while !plans.is_empty() {
            let rest = plans.split_off(plans.len().min(group as usize));
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            std::mem::replace(&mut plans, rest).into_iter().for_each(|plan| bare(&connection, plan, &mut hash));
            connection.execute_batch("COMMIT").unwrap();
        }
    })
}

fn main() {
    if let Some(in_flight) = std::env::var("BENCH_ONLY").ok().and_then(|text| text.parse().ok()) {
        through_the_port(in_flight);
        return;
    }
    for in_flight in [4_096, 64] {
        let mut ratios: Vec<f64> = Vec::new();
        for _ in 0..5 {
            let (bare_cpu, _) = without_machinery(in_flight);
            let (port_cpu, port_time) = through_the_port(in_flight);
            ratios.push(port_cpu / bare_cpu);
            println!(
                "{in_flight} in flight: {:.1} µs CPU a plan, bare {:.1} µs, ratio {:.2}; {:.0} plans/s",
                port_cpu * 1e6 / f64::from(PLANS),
                bare_cpu * 1e6 / f64::from(PLANS),
                port_cpu / bare_cpu,
                f64::from(PLANS) / port_time
            );
        }
        ratios.sort_by(f64::total_cmp);
        println!("{in_flight} in flight: median ratio {:.2}", ratios[ratios.len() / 2]);
    }
    let (_, single) = without_machinery(1);
    println!("one flush per plan: {:.0} plans/s", f64::from(PLANS) / single);
}
