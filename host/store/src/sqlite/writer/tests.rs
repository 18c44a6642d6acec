//! The writer without a thread: what a step does, and what it leaves. Knows SQL only to count rows.

use super::*;
use crate::sqlite::batch::Verdict;
use crate::sqlite::connection::{make, open_reading};
use crate::sqlite::schema::CONTROL;
use host_core::audit::AuditEntry;
use host_core::bouquet::Bouquet;
use host_core::object::{Key, Object};
use host_core::plan::{Change, Name};
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::{BouquetId, Version};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

const HERE: Place = Place::Tenant(TenantId(1));

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A writer without a thread, with one tenant.
fn writer(folder: &tempfile::TempDir) -> Writer {
    let directory = Arc::new(DataDirectory::claim(&folder.path().join("data")).unwrap());
    make(&directory.control(), &CONTROL).unwrap();
    let mut writer = Writer::new(directory, Arc::new(Places::new([], 1)), 8);
    let tenant = Tenant {
        id: TenantId(1),
        version: Version(0),
        name: "demo".into(),
        hosts: vec![],
        suspended: false,
        quotas: Default::default(),
        created_at: Unix(0),
    };
    let plan = Plan { changes: vec![Change::Insert(Box::new(Object::Tenant(tenant)))], ..Plan::default() };
    let mut born = send(&mut writer, Place::Control, plan);
    writer.step(ms(0));
    assert!(born.try_recv().unwrap().is_ok());
    writer
}

fn send(writer: &mut Writer, place: Place, plan: Plan) -> oneshot::Receiver<Verdict> {
    let (answer, verdict) = oneshot::channel();
    writer.take(Order::Commit { place, plan: Box::new(plan), answer });
    verdict
}

/// Asks for the name of bouquet 1.
fn reserve(writer: &mut Writer) -> oneshot::Receiver<Ticket> {
    let (answer, ticket) = oneshot::channel();
    let names = BTreeSet::from([Name::Row(Key::Bouquet(BouquetId(1)))]);
    writer.take(Order::Reserve { place: HERE, names, alone: false, answer });
    ticket
}

fn bouquet(id: u32) -> Plan {
    let bouquet = Bouquet { id: BouquetId(id), name: format!("b{id}"), ..Bouquet::default() };
    let entry = AuditEntry {
        at: Unix(1),
        actor: None,
        key_prefix: None,
        address: None,
        action: "test".into(),
        object: Some(Key::Bouquet(BouquetId(id))),
        before: serde_json::Value::Null,
        after: serde_json::Value::Null,
        request: String::new(),
    };
    Plan { changes: vec![Change::Insert(Box::new(Object::Bouquet(bouquet)))], audit: vec![entry], ..Plan::default() }
}

fn rows(writer: &Writer, table: &str) -> u32 {
    let connection = open_reading(&path_of(&writer.directory, HERE), schema_of(HERE)).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
}

#[test]
fn nothing_is_answered_before_the_step_that_flushes_all_of_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut answers: Vec<_> = (1..=100).map(|id| send(&mut writer, HERE, bouquet(id))).collect();
    assert!(answers.iter_mut().all(|answer| answer.try_recv().is_err()));
    assert_eq!(writer.step(ms(1)), None);
    assert!(answers.iter_mut().all(|answer| answer.try_recv().unwrap().is_ok()));
    assert_eq!((rows(&writer, "bouquets"), rows(&writer, "audit")), (100, 100));
    assert_eq!(rows(&writer, "audit_chain"), 1, "one commit group has one link");
}

#[test]
fn a_plan_that_nobody_waits_for_any_more_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    drop(send(&mut writer, HERE, bouquet(1)));
    let mut other = send(&mut writer, HERE, bouquet(2));
    writer.step(ms(1));
    assert!(other.try_recv().unwrap().is_ok());
    assert_eq!(rows(&writer, "bouquets"), 1);
}

#[test]
fn a_held_plan_goes_on_when_the_reservation_has_run_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut ticket = reserve(&mut writer);
    let mut held = send(&mut writer, HERE, bouquet(1));
    let mut free = send(&mut writer, HERE, bouquet(2));
    assert_eq!(writer.step(ms(10)), Some(ms(10)), "one was written: the other may go on");
    assert_eq!(writer.step(ms(10)), Some(ms(260)));
    assert!(ticket.try_recv().is_ok());
    assert!(free.try_recv().unwrap().is_ok());
    writer.step(ms(259));
    assert!(held.try_recv().is_err());
    writer.step(ms(260));
    assert!(held.try_recv().unwrap().is_ok());
}

#[test]
fn a_reservation_that_its_plan_ended_is_given_on_without_another_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let (mut first, mut second) = (reserve(&mut writer), reserve(&mut writer));
    writer.step(ms(1));
    let ticket = first.try_recv().unwrap();
    let mut done = send(&mut writer, HERE, Plan { ticket: Some(ticket), ..bouquet(1) });
    let again = writer.step(ms(2));
    assert!(done.try_recv().unwrap().is_ok());
    assert_eq!(again, Some(ms(2)), "the second waits for nothing any more");
    writer.step(ms(2));
    assert!(second.try_recv().is_ok());
}

#[test]
fn a_reservation_whose_asker_is_gone_is_given_on_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    drop(reserve(&mut writer));
    let mut second = reserve(&mut writer);
    writer.step(ms(1));
    assert!(second.try_recv().is_ok());
}

#[test]
fn when_the_disk_is_full_no_plan_of_the_batch_is_done_and_the_database_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut first = send(&mut writer, HERE, bouquet(1));
    writer.step(ms(1));
    assert!(first.try_recv().unwrap().is_ok());
    let connection = writer.desks.get(&HERE).unwrap().connection.as_ref().unwrap();
    let full = "PRAGMA max_page_count = 1";
    connection.query_row(full, (), |_| Ok(())).unwrap();
    let mut answers: Vec<_> = (2..=2_000).map(|id| send(&mut writer, HERE, bouquet(id))).collect();
    writer.step(ms(2));
    for answer in &mut answers {
        assert!(matches!(answer.try_recv().unwrap(), Err(CommitError::Store(StoreError::Failed(_)))));
    }
    assert_eq!(rows(&writer, "bouquets"), 1);
    let mut again = send(&mut writer, HERE, bouquet(2));
    writer.step(ms(3));
    assert!(again.try_recv().unwrap().is_ok());
    assert_eq!(rows(&writer, "audit_chain"), 2);
}

#[test]
fn databases_that_rest_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    writer.step(ms(59_999));
    assert_eq!(writer.desks.len(), 1);
    writer.step(ms(60_000));
    assert_eq!(writer.desks.len(), 0);
}
