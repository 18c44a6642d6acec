//! kill -9 while plans are committed: no acknowledged write is lost, nothing is half done.
//! The test runs itself as the process that is killed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::lease::{Fence, Lease};
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::port::Store;
use host_core::time::Unix;
use host_core::*;
use host_store::{LeaseMirror, Options, open};
use panel::*;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// How often the process is killed, unless `LINECARD_ROUNDS` says otherwise.
const ROUNDS: u32 = 10;
/// What the reseller has at the beginning: more than thousands of rounds can spend.
const MONEY: i64 = 1_000_000_000;
const DATA: &str = "LINECARD_CRASH_TEST_DATA";
const FIRST: &str = "LINECARD_CRASH_TEST_FIRST";
/// Ids that a round may use.
const SPAN: u32 = 1_000_000;

fn rounds() -> u32 {
    std::env::var("LINECARD_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("LINECARD_ROUNDS is a number"))
}

/// Sells lines until it is killed, several at a time, and says which were acknowledged.
#[test]
#[ignore = "run by the test below as the process that is killed"]
fn victim() {
    let (Ok(data), Ok(first)) = (std::env::var(DATA), std::env::var(FIRST)) else { return };
    let opened = open(Path::new(&data), Options::default()).unwrap();
    let lease = |id: u32| Lease {
        fence: Fence(u64::from(id)),
        tenant: TENANT,
        line: LineId(id),
        owner: Some(RESELLER),
        stream: StreamId(1),
        session: 1,
        agent: 1,
        address: [10, 0, 0, 1].into(),
        started_at: Unix(1),
        expires_at: Unix(50),
    };
    for group in (first.parse::<u32>().unwrap()..).step_by(32) {
        let sell = |id| {
            let sale = plan([insert(line(id, RESELLER)), transfer(Account::User(RESELLER), Account::System, 1)]);
            (id, opened.store.commit(HERE, sale))
        };
        let answers: Vec<_> = (group..group + 32).map(sell).collect();
        for (id, answer) in answers {
            wait(answer).unwrap();
            let slot = opened.mirror.put(&lease(id)).unwrap();
            opened.mirror.renew(slot, Unix(60));
            writeln!(std::io::stdout(), "sold {id}").unwrap();
        }
    }
}

fn run_and_kill(data: &Path, round: u32) -> BTreeSet<u32> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["victim", "--exact", "--ignored", "--nocapture"])
        .env(DATA, data)
        .env(FIRST, (round * SPAN + 1).to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut sold = BTreeSet::new();
    let mut killed = false;
    for said in BufReader::new(victim.stdout.take().unwrap()).lines() {
        // The last line may be cut off.
        sold.extend(said.unwrap().strip_prefix("sold ").and_then(|id| id.parse::<u32>().ok()));
        // Another moment in each round, and never so late that many rounds take too long.
        if !killed && sold.len() >= (20 + round * 37 % 701) as usize {
            victim.kill().unwrap();
            killed = true;
        }
    }
    victim.wait().unwrap();
    assert!(killed, "the victim ended by itself after {} sales", sold.len());
    sold
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let opened = open(&data, Options::default()).unwrap();
    Panel::new(&*opened.store).top_up(RESELLER, MONEY);
    drop(opened);
    for round in 0..rounds() {
        let sold = run_and_kill(&data, round);
        let opened = open(&data, Options::default()).unwrap();
        assert!(opened.directory.was_unclean());
        let panel = Panel { store: &*opened.store };
        for id in &sold {
            assert!(panel.get::<Line>(LineId(*id)).is_some(), "round {round}: line {id} was acknowledged");
        }
        let lines = i64::from(wait(opened.store.count(HERE, Kind::Line)).unwrap());
        assert_eq!(panel.balance(RESELLER), MONEY - lines, "each line was paid, and nothing else");
        assert_eq!(panel.verify(), []);
        assert_eq!(wait(opened.store.verify(Database::Control)).unwrap().findings, []);
        let leases = opened.mirror.load();
        let held: BTreeSet<u32> =
            leases.iter().filter(|(_, lease)| lease.expires_at == Unix(60)).map(|(_, lease)| lease.line.0).collect();
        assert!(sold.is_subset(&held), "round {round}: a mirrored lease was lost");
        leases.iter().for_each(|(slot, _)| opened.mirror.clear(*slot));
    }
}
