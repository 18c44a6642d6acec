//! What must be true after every step, whatever happened: worked out from the database and the
//! seats, and compared with the walk's own book.

use super::book::Fact;
use super::calls::at_once;
use super::chance::START;
use super::effects::LATER;
use super::ground::{CALLERS, NODE, PRICE};
use super::world::World;
use host_core::caller::Scope;
use host_core::credit::Credits;
use host_core::event::Effect;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::line::Line;
use host_core::object::{Key, Kind, Object};
use host_core::plan::Database;
use host_core::port::{Query, Store};
use host_core::time::Unix;
use host_core::{LineId, StreamId};
use std::collections::BTreeMap;

/// What a tenant's database holds of a walk.
struct Seen {
    lines: BTreeMap<u32, Line>,
    transfers: BTreeMap<i64, Transfer>,
    balances: BTreeMap<Account, Credits>,
    /// Lines whose connections are still to be ended.
    ending: Vec<u32>,
    streams: Vec<u32>,
}

impl World {
    /// Checks both tenants. Returns how often each fact is true.
    pub fn check(&mut self) -> BTreeMap<Fact, u32> {
        let mut counted = BTreeMap::new();
        for tenant in 0..self.tenants.len() {
            let seen = self.seen(tenant);
            check_ledger(&seen);
            self.check_sales(tenant, &seen, &mut counted);
            self.allow_seats(tenant, &seen);
        }
        for (fact, count) in &counted {
            let tally = self.book.tally(fact);
            assert!(*count <= tally.sure + tally.maybe, "{fact:?} is true {count} times, expected at most {tally:?}");
        }
        for (fact, tally) in self.book.facts() {
            let is_gone =
                matches!(fact, Fact::Edited(tenant, line) if counted.contains_key(&Fact::Gone(*tenant, *line)));
            let count = counted.get(fact).copied().unwrap_or(0);
            // One line is sold, one note moves credits, one line goes away: however many said so.
            let sure = if matches!(fact, Fact::Edited(..) | Fact::Extended(..) | Fact::Resourced(..)) {
                tally.sure
            } else {
                tally.sure.min(1)
            };
            assert!(is_gone || count >= sure, "{fact:?} is true {count} times, and {tally:?} was promised");
        }
        counted
    }

    fn seen(&mut self, tenant: usize) -> Seen {
        let premises = self.tenants[tenant].clone();
        let (database, store) = (Database::Tenant(premises.id), self.process().store.clone());
        let page = at_once(store.list(database, Query::all(Kind::Line, Scope::Tenant))).unwrap();
        let line = |row| match row {
            Object::Line(line) => (line.id.0, line),
            other => panic!("{other:?} among lines"),
        };
        let accounts: Vec<Account> =
            std::iter::once(Account::System).chain((0..CALLERS).map(|at| Account::User(premises.user(at)))).collect();
        let moved =
            [accounts[0], accounts[2]].map(|of| at_once(store.transfers(premises.id, of, None, 1_000)).unwrap());
        let balance = |account: &Account| (*account, at_once(store.balance(premises.id, *account)).unwrap());
        let waiting = at_once(store.outbox(Database::Tenant(premises.id), NODE, LATER, 1_000)).unwrap();
        let version = |id: &u32| {
            let row = at_once(store.get(database, Scope::Tenant, Key::Stream(StreamId(*id)))).unwrap();
            row.unwrap().version().0
        };
        Seen {
            lines: page.rows.into_iter().map(line).collect(),
            transfers: moved.into_iter().flatten().map(|entry| (entry.transfer.id.0, entry.transfer)).collect(),
            balances: accounts.iter().map(balance).collect(),
            ending: waiting.iter().filter_map(|row| ended_by(&row.effect)).collect(),
            streams: premises.streams.iter().map(version).collect(),
        }
    }

    /// A line exists if and only if it was paid for, and each fact is counted.
    fn check_sales(&mut self, tenant: usize, seen: &Seen, counted: &mut BTreeMap<Fact, u32>) {
        for line in seen.lines.values() {
            let name = self.book.lines.entry((tenant, line.id.0)).or_insert_with(|| line.username.clone());
            assert_eq!(*name, line.username, "line {} has another name", line.id);
            *counted.entry(Fact::Edited(tenant, line.id.0)).or_default() += line.version.0 - 1;
            assert_ne!(line.reseller_notes, "not theirs", "line {} was edited by a stranger", line.id);
        }
        let mut paid: BTreeMap<u32, u32> = BTreeMap::new();
        for transfer in seen.transfers.values() {
            match (transfer.reason, transfer.object) {
                (Reason::Purchase, Some(Key::Line(LineId(line)))) => *paid.entry(line).or_default() += 1,
                _ => *counted.entry(Fact::Moved(tenant, transfer.note.clone())).or_default() += 1,
            }
        }
        counted.remove(&Fact::Moved(tenant, "a walk's start".to_owned()));
        let known = self.book.lines.range((tenant, 0)..=(tenant, u32::MAX));
        for ((_, line), name) in known {
            *counted.entry(Fact::Sold(tenant, name.clone())).or_default() += 1;
            let payments = paid.remove(line).unwrap_or(0);
            assert!(payments >= 1, "line {line} of {tenant} is there, and nobody paid for it");
            counted.insert(Fact::Extended(tenant, *line), payments - 1);
            if !seen.lines.contains_key(line) {
                counted.insert(Fact::Gone(tenant, *line), 1);
            }
        }
        assert!(paid.is_empty(), "{paid:?} was paid for in {tenant}, and is not there");
        for (stream, version) in seen.streams.iter().enumerate() {
            counted.insert(Fact::Resourced(tenant, stream as u32), version - 1);
        }
    }

    /// The seats that each line may have until the next write: those of its row, and more only
    /// while the effect that ends the others waits.
    fn allow_seats(&mut self, tenant: usize, seen: &Seen) {
        let known = self.book.lines.range((tenant, 0)..=(tenant, u32::MAX));
        for ((_, line), _) in known {
            let seats = seen.lines.get(line).map_or(0, |row| row.max_connections.into());
            let allowed = self.seats.entry((tenant, *line)).or_default();
            *allowed = if seen.ending.contains(line) { seats.max(*allowed) } else { seats };
        }
    }

    /// No line has more connections than seats. Cheap: after every step.
    pub fn check_seats(&mut self) {
        for tenant in 0..self.tenants.len() {
            let id = self.tenants[tenant].id;
            let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
            for connection in at_once(self.process().engine.seats().connections(id, None)).unwrap() {
                *taken.entry(connection.lease.line.0).or_default() += 1;
            }
            for (line, taken) in taken {
                let allowed = self.seats.get(&(tenant, line)).copied().unwrap_or(0);
                assert!(taken <= allowed, "line {line} of {tenant} has {taken} connections and {allowed} seats");
            }
        }
    }

    /// After a whole step of the engine: nobody watches whose term was over, and the mirror is exact.
    pub fn check_terms(&mut self, begun: u64) {
        let (now, is_now) = (Unix(START + (begun / 1_000) as i64), self.clock.ms() == begun);
        let process = self.process();
        let (mirrored, running) = (process.mirror.load().len(), process.engine.seats().total());
        assert!(mirrored >= running && (!is_now || mirrored == running), "{mirrored} of {running} leases are mirrored");
        for tenant in 0..self.tenants.len() {
            let id = self.tenants[tenant].id;
            let running = at_once(self.process().engine.seats().connections(id, None)).unwrap();
            if running.is_empty() {
                continue;
            }
            let seen = self.seen(tenant);
            for connection in running {
                let line = connection.lease.line.0;
                let is_over = seen.lines.get(&line).is_none_or(|row| row.expiry.is_past(now));
                // A lease from before a restart ends by itself, within half a minute.
                let may = connection.agent.is_empty() || seen.ending.contains(&line);
                assert!(may || !is_over, "line {line} of {tenant} is watched after its end");
            }
        }
    }

    /// Effects that still wait, in all databases.
    pub fn waiting(&mut self) -> usize {
        let tenants = self.tenants.iter().map(|premises| Database::Tenant(premises.id));
        let databases: Vec<_> = tenants.chain([Database::Control]).collect();
        let store = self.process().store.clone();
        databases.into_iter().map(|database| at_once(store.outbox(database, NODE, LATER, 1_000)).unwrap().len()).sum()
    }

    /// Every change of a stream's sources was followed by its restart.
    pub fn check_performed(&mut self) {
        for tenant in 0..self.tenants.len() {
            let (premises, versions) = (self.tenants[tenant].clone(), self.seen(tenant).streams);
            for (stream, version) in premises.streams.iter().zip(versions) {
                let performed = self.performed.lock().unwrap().restarts.get(&(premises.id, StreamId(*stream))).copied();
                assert!(version == 1 || performed == Some(version), "stream {stream}: {performed:?} of {version}");
            }
        }
    }
}

fn ended_by(effect: &Effect) -> Option<u32> {
    match effect {
        Effect::EndConnections { line } => Some(line.0),
        _ => None,
    }
}

/// Credits only move: the accounts add up to nothing, to their transfers, and none owes.
fn check_ledger(seen: &Seen) {
    let price: Credits = PRICE.parse().unwrap();
    let mut sums: BTreeMap<Account, i64> = BTreeMap::new();
    for transfer in seen.transfers.values() {
        *sums.entry(transfer.to).or_default() += transfer.amount.units();
        *sums.entry(transfer.from).or_default() -= transfer.amount.units();
        let trial = transfer.amount.units() == 5_000;
        assert!(
            transfer.reason != Reason::Purchase || trial || transfer.amount == price,
            "a wrong price: {transfer:?}"
        );
    }
    let total: i64 = seen.balances.values().map(|balance| balance.units()).sum();
    assert_eq!(total, 0, "the accounts add up to {total}");
    for (account, balance) in &seen.balances {
        assert_eq!(balance.units(), sums.get(account).copied().unwrap_or(0), "{account:?} and its transfers");
        assert!(*account == Account::System || !balance.is_negative(), "{account:?} owes {balance}");
    }
}
