//! The lane over a real store: reads that the test holds up, and reads that never end by themselves.

use crate::{Opened, Options, open};
use crossbeam_channel::{Receiver, Sender, unbounded};
use host_core::caller::Scope;
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Change, Database, Plan};
use host_core::port::{Pending, Query, Store, StoreError};
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{LineId, TenantId, Version};
use rusqlite::Connection;
use std::time::Duration;

const CROWDED: Database = Database::Tenant(TenantId(1));
const NEIGHBOUR: Database = Database::Tenant(TenantId(2));
/// Longer than any test.
const LONG: Duration = Duration::from_secs(3_600);

fn wait<T, E>(answer: Pending<'_, T, E>) -> Result<T, E> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
}

/// A store with two tenants.
fn opened(folder: &tempfile::TempDir, lane: usize, longest_read: Duration) -> Opened {
    let opened = open(&folder.path().join("data"), Options { lane, longest_read, ..Options::default() }).unwrap();
    let created = |id| {
        Change::Insert(Box::new(Object::Tenant(Tenant {
            id: TenantId(id),
            version: Version(0),
            name: format!("t{id}"),
            hosts: vec![],
            suspended: false,
            quotas: Default::default(),
            created_at: Unix(0),
        })))
    };
    let plan = Plan { changes: vec![created(1), created(2)], ..Plan::default() };
    wait(opened.store.commit(Database::Control, plan)).unwrap();
    opened
}

/// A read that runs until the other end of the gate is dropped; says when it runs.
fn held_up(runs: &Sender<()>, gate: &Receiver<()>) -> impl FnOnce(&Connection) -> Result<(), StoreError> + use<> {
    let (runs, gate) = (runs.clone(), gate.clone());
    move |_| {
        let _ = runs.send(());
        let _ = gate.recv();
        Ok(())
    }
}

fn endless(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    connection.query_row(sql, (), |row| row.get(0)).map_err(crate::error::failed)
}

#[test]
fn while_one_tenant_fills_the_lane_its_neighbour_and_every_single_row_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 2, LONG);
    let store = &opened.store;
    let ((runs, running), (open, gate)) = (unbounded(), unbounded::<()>());
    let crowd: Vec<_> = (0..20).map(|_| store.lane.read(CROWDED, held_up(&runs, &gate))).collect();
    running.recv().unwrap();

    let lines = wait(store.list(NEIGHBOUR, Query::all(Kind::Line, Scope::Tenant))).unwrap();
    assert_eq!(lines.total, Some(0));
    assert_eq!(wait(store.count(NEIGHBOUR, Kind::User)).unwrap(), 0);
    for database in [CROWDED, NEIGHBOUR] {
        assert!(wait(store.find(database, Unique::LineUsername("anna".into()))).unwrap().is_none());
        assert!(wait(store.get(database, Scope::Tenant, Key::Line(LineId(1)))).unwrap().is_none());
    }
    assert!(running.try_recv().is_err(), "none of the others has begun");
    drop(open);
    assert!(crowd.into_iter().all(|read| wait(read).is_ok()));
}

#[test]
fn a_read_beyond_its_deadline_ends_and_harms_no_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 1, Duration::from_millis(50));
    // On a machine that is very busy its time may be over before it begins.
    let mut ended = (0..100).map(|_| wait(opened.store.lane.read(CROWDED, endless)));
    let ended = ended.find(|read| !matches!(read, Err(StoreError::Busy)));
    assert!(matches!(ended, Some(Err(StoreError::TooLong))));
    // The same connection again, and without a bound.
    let sql = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) SELECT count(*) FROM n";
    let counted = opened.store.readers.with(CROWDED, |connection| {
        connection.query_row(sql, (), |row| row.get::<_, i64>(0)).map_err(crate::error::failed)
    });
    assert_eq!(counted.unwrap(), 300_000);
}

#[test]
fn a_read_that_nobody_waits_for_any_more_gives_its_thread_back() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 1, LONG);
    let (runs, running) = unbounded();
    let left = opened.store.lane.read(CROWDED, move |connection| {
        let _ = runs.send(());
        endless(connection)
    });
    running.recv().unwrap();
    let waits = opened.store.list(NEIGHBOUR, Query::all(Kind::Line, Scope::Tenant));
    drop(left);
    assert!(wait(waits).is_ok());
}

#[test]
fn one_read_too_many_is_told_so_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 1, LONG);
    let ((runs, running), (open, gate)) = (unbounded(), unbounded::<()>());
    let runs_now = opened.store.lane.read(CROWDED, held_up(&runs, &gate));
    running.recv().unwrap();
    let waits = |_| opened.store.lane.read(CROWDED, held_up(&runs, &gate));
    let waiting: Vec<_> = (0..super::queue::WAITING_EACH).map(waits).collect();
    assert!(matches!(wait(waits(0)), Err(StoreError::Busy)));
    drop(open);
    assert!(waiting.into_iter().chain([runs_now]).all(|read| wait(read).is_ok()));
}

#[test]
fn a_read_that_panics_takes_neither_the_lane_nor_its_answer_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 1, LONG);
    let broken = opened.store.lane.read(CROWDED, |_| -> Result<(), StoreError> { panic!("a test") });
    assert!(wait(broken).is_err());
    assert!(wait(opened.store.list(CROWDED, Query::all(Kind::Line, Scope::Tenant))).is_ok());
}

#[test]
fn the_end_of_a_store_ends_its_reads() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder, 1, LONG);
    let (runs, running) = unbounded();
    let endless = opened.store.lane.read(CROWDED, move |connection| {
        let _ = runs.send(());
        endless(connection)
    });
    running.recv().unwrap();
    let waits = opened.store.lane.read(CROWDED, |_| Ok(()));
    drop(opened);
    assert!(matches!(wait(endless), Err(StoreError::TooLong)));
    assert!(matches!(wait(waits), Err(StoreError::Busy)));
}
