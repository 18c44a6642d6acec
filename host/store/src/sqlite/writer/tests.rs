//! The writer without a thread: what a step does, and what it leaves.

use super::*;
use crate::keys::FileKeyring;
use crate::sqlite::batch::Verdict;
use crate::sqlite::database_file::{make, open_reading, path_of, schema_of};
use crate::sqlite::readers::Readers;
use crate::sqlite::schema::CONTROL;
use crate::sqlite::verify;
use host_core::audit::AuditEntry;
use host_core::bouquet::Bouquet;
use host_core::object::{Key, Object};
use host_core::plan::{Change, Guard, Name};
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::{BouquetId, Version};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::oneshot;

const HERE: Database = Database::Tenant(TenantId(1));

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn tenant() -> Tenant {
    Tenant {
        id: TenantId(1),
        version: Version(0),
        name: "demo".into(),
        hosts: vec![],
        suspended: false,
        quotas: Default::default(),
        created_at: Unix(0),
    }
}

/// A writer without a thread, with one tenant.
fn writer(folder: &tempfile::TempDir) -> Writer {
    let directory = Arc::new(DataDirectory::claim(&folder.path().join("data")).unwrap());
    let keys = FileKeyring::open(&directory).unwrap().chain_keys();
    make(&directory.control(), &CONTROL).unwrap();
    let mut writer = Writer::new(directory, Arc::new(Databases::new([], 1)), keys, 8);
    let plan = Plan { changes: vec![Change::Insert(Box::new(Object::Tenant(tenant())))], ..Plan::default() };
    let mut created = send(&mut writer, Database::Control, plan);
    writer.step(ms(0));
    assert!(created.try_recv().unwrap().is_ok());
    writer
}

fn send(writer: &mut Writer, database: Database, plan: Plan) -> oneshot::Receiver<Verdict> {
    let (answer, verdict) = oneshot::channel();
    writer.take(Order::Commit { database, plan: Box::new(plan), answer });
    verdict
}

/// Asks for the name of bouquet 1.
fn reserve(writer: &mut Writer) -> oneshot::Receiver<Reservation> {
    let (answer, reservation) = oneshot::channel();
    let names = BTreeSet::from([Name::Row(Key::Bouquet(BouquetId(1)))]);
    writer.take(Order::Reserve { database: HERE, names, alone: false, answer });
    reservation
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

/// A bouquet with an audit row of two mebibytes.
fn large(id: u32) -> Plan {
    let mut plan = bouquet(id);
    plan.audit[0].after = serde_json::Value::String("x".repeat(2 << 20));
    plan
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
    let mut reservation = reserve(&mut writer);
    let mut held = send(&mut writer, HERE, bouquet(1));
    let mut free = send(&mut writer, HERE, bouquet(2));
    assert_eq!(writer.step(ms(10)), Some(ms(10)), "one was written: the other may go on");
    assert_eq!(writer.step(ms(10)), Some(ms(260)));
    assert!(reservation.try_recv().is_ok());
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
    let reservation = first.try_recv().unwrap();
    let mut done = send(&mut writer, HERE, Plan { reservation: Some(reservation), ..bouquet(1) });
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
    let connection = writer.states.get(&HERE).unwrap().connection.as_ref().unwrap();
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
fn a_plan_that_meets_a_damaged_row_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut first = send(&mut writer, HERE, bouquet(1));
    writer.step(ms(1));
    assert!(first.try_recv().unwrap().is_ok());
    let connection = writer.states[&HERE].connection.as_ref().unwrap();
    connection.execute("UPDATE bouquets SET version = 99999999999", ()).unwrap();
    let looks = Plan { guards: vec![Guard::Unchanged(Key::Bouquet(BouquetId(1)), Version(1))], ..bouquet(3) };
    let plans = [bouquet(2), looks, bouquet(4)];
    let mut answers = plans.map(|plan| send(&mut writer, HERE, plan));
    writer.step(ms(2));
    let [before, damaged, after] = answers.each_mut().map(|answer| answer.try_recv().unwrap());
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(damaged, Err(CommitError::Store(StoreError::Failed(_)))), "{damaged:?}");
    assert_eq!((rows(&writer, "bouquets"), rows(&writer, "audit_chain")), (3, 2));
}

#[test]
fn a_plan_whose_audit_row_is_refused_fails_alone_and_the_chain_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut first = send(&mut writer, HERE, bouquet(1));
    writer.step(ms(1));
    assert!(first.try_recv().unwrap().is_ok());
    let connection = writer.states[&HERE].connection.as_ref().unwrap();
    let refuse = "CREATE TEMP TRIGGER no BEFORE INSERT ON audit WHEN NEW.action = 'no' \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    connection.execute_batch(refuse).unwrap();
    let mut refused = bouquet(3);
    refused.audit.push(AuditEntry { action: "no".into(), ..refused.audit[0].clone() });
    let mut answers = [bouquet(2), refused, bouquet(4)].map(|plan| send(&mut writer, HERE, plan));
    writer.step(ms(2));
    let told = answers.each_mut().map(|answer| answer.try_recv().unwrap().is_ok());
    assert_eq!(told, [true, false, true]);
    assert_eq!((rows(&writer, "bouquets"), rows(&writer, "audit")), (3, 3));
    let readers = Readers::new(Arc::clone(&writer.directory), Arc::clone(&writer.databases), 8, None);
    assert_eq!(verify::whole(&readers, &writer.keys, HERE, || true).unwrap().findings, []);
}

#[test]
fn a_tenant_whose_directory_cannot_be_made_is_refused_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let stranger = writer.directory.tenants().join("two");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&stranger).unwrap();
    std::fs::write(stranger.join("panel.db"), "of a backup").unwrap();
    let created = |id: u32, name: &str| {
        let tenant = Tenant { id: TenantId(id), name: name.into(), ..tenant() };
        Plan { changes: vec![Change::Insert(Box::new(Object::Tenant(tenant)))], ..Plan::default() }
    };
    let mut answers = [created(2, "two"), created(3, "three")].map(|plan| send(&mut writer, Database::Control, plan));
    writer.step(ms(1));
    let told = answers.each_mut().map(|answer| answer.try_recv().unwrap().is_ok());
    assert_eq!(told, [false, true]);
    assert_eq!(std::fs::read(stranger.join("panel.db")).unwrap(), b"of a backup");
    assert!(writer.directory.panel(TenantId(3)).exists());
}

#[test]
fn no_answer_waits_for_a_reader_whose_moment_keeps_the_log_long() {
    static WAITED: AtomicU32 = AtomicU32::new(0);
    fn wait(_: i32) -> bool {
        WAITED.fetch_add(1, Ordering::Relaxed);
        false
    }
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    let mut first = send(&mut writer, HERE, bouquet(1));
    writer.step(ms(1));
    assert!(first.try_recv().unwrap().is_ok());
    let state = writer.states.get_mut(&HERE).unwrap();
    state.connection.as_mut().unwrap().busy_handler(Some(wait)).unwrap();
    let reader = open_reading(&path_of(&writer.directory, HERE), schema_of(HERE)).unwrap();
    let moment = reader.unchecked_transaction().unwrap();
    let seen = |sql: &str| moment.query_row::<u32, _, _>(sql, (), |row| row.get(0)).unwrap();
    assert_eq!(seen("SELECT count(*) FROM bouquets"), 1);
    let log = path_of(&writer.directory, HERE).with_extension("db-wal");
    let mut step = 1;
    while std::fs::metadata(&log).unwrap().len() <= 72 << 20 {
        step += 1;
        let mut written = send(&mut writer, HERE, large(step));
        writer.step(ms(u64::from(step) * 1_000));
        assert!(written.try_recv().unwrap().is_ok());
    }
    assert_eq!(WAITED.load(Ordering::Relaxed), 0);
    assert_eq!(seen("SELECT count(*) FROM bouquets"), 1, "the reader was there all the time");
    drop(moment);
    drop(reader);
    let mut last = send(&mut writer, HERE, bouquet(step + 1));
    writer.step(ms(u64::from(step) * 1_000 + 1_000));
    assert!(last.try_recv().unwrap().is_ok());
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0, "the log is emptied when nobody is in the way");
}

#[test]
fn a_group_that_panics_is_answered_as_unknown() {
    let verdicts = shielded(2, || panic!("as a defect would"));
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Err(CommitError::Store(StoreError::Unknown(_))))));
}

#[test]
fn databases_that_rest_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder);
    writer.close_idle(ms(59_999), |_| true);
    assert_eq!(writer.states.len(), 1);
    writer.close_idle(ms(60_000), |_| false);
    assert_eq!(writer.states.len(), 1, "an order is on its way");
    writer.close_idle(ms(60_000), |_| true);
    assert_eq!(writer.states.len(), 0);
}
