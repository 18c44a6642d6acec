//! The writer: takes plans, holds back what is reserved for others, commits the rest in groups.
//! A state machine that a thread or a test drives with `step(now)`; knows no thread and no clock.

use super::batch::{self, Counts, Touched, Verdict};
use super::connection::{WAL_CAP, make_tenant, open_writing, path_of, schema_of};
use super::places::Places;
use super::reservations::Reservations;
use crate::directory::DataDirectory;
use host_core::TenantId;
use host_core::plan::{Name, Place, Plan, Ticket};
use host_core::port::{CommitError, StoreError};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;

/// Most plans of one flush.
const GROUP: usize = 4_096;
/// Most changes of one flush; a group ends behind the plan that reaches it.
const GROUP_CHANGES: usize = 50_000;
/// A database that was not written for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// What a writer is asked to do.
pub(super) enum Order {
    Commit {
        place: Place,
        plan: Box<Plan>,
        answer: oneshot::Sender<Verdict>,
    },
    Reserve {
        place: Place,
        names: BTreeSet<Name>,
        alone: bool,
        answer: oneshot::Sender<Ticket>,
    },
    Release {
        place: Place,
        ticket: Ticket,
    },
    /// The tenant is deleted: its database is closed and its directory removed.
    Remove(TenantId),
    /// Everything queued is committed and answered, then the thread ends.
    Stop,
}

struct Queued {
    plan: Box<Plan>,
    answer: oneshot::Sender<Verdict>,
    /// What the plan names; made when a reservation asks for it.
    names: Option<BTreeSet<Name>>,
}

#[derive(Default)]
struct Desk {
    connection: Option<Connection>,
    counts: Counts,
    queue: VecDeque<Queued>,
    reservations: Reservations<oneshot::Sender<Ticket>>,
    used: Duration,
}

/// One writer, with the databases that belong to it.
pub(super) struct Writer {
    directory: Arc<DataDirectory>,
    places: Arc<Places>,
    desks: BTreeMap<Place, Desk>,
    tickets: u64,
    most_open: usize,
    gone: Vec<TenantId>,
}

impl Writer {
    /// `most_open`: databases that it keeps open at most.
    pub(super) fn new(directory: Arc<DataDirectory>, places: Arc<Places>, most_open: usize) -> Writer {
        Writer { directory, places, desks: BTreeMap::new(), tickets: 0, most_open, gone: Vec::new() }
    }

    /// Takes an order in. Nothing is done before the next step.
    pub(super) fn take(&mut self, order: Order) {
        match order {
            Order::Commit { place, plan, answer } => {
                self.desks.entry(place).or_default().queue.push_back(Queued { plan, answer, names: None });
            }
            Order::Reserve { place, names, alone, answer } => {
                self.desks.entry(place).or_default().reservations.ask(names, alone, answer);
            }
            Order::Release { place, ticket } => {
                if let Some(desk) = self.desks.get_mut(&place) {
                    desk.reservations.release(ticket);
                }
            }
            Order::Remove(tenant) => self.remove(tenant),
            Order::Stop => {}
        }
    }

    /// Plans that wait.
    pub(super) fn waiting(&self) -> usize {
        self.desks.values().map(|desk| desk.queue.len()).sum()
    }

    /// Tenants whose last plan was their end, since the last call; each goes to its writer as
    /// [`Order::Remove`].
    pub(super) fn take_gone(&mut self) -> Vec<TenantId> {
        std::mem::take(&mut self.gone)
    }

    /// Grants, commits and answers all that can be done now. The answer: when there will be
    /// something to do even if no order comes.
    pub(super) fn step(&mut self, now: Duration) -> Option<Duration> {
        let mut again = None;
        for place in self.desks.keys().copied().collect::<Vec<_>>() {
            again = earlier(again, self.step_place(place, now));
        }
        self.close_idle(now);
        again
    }

    /// Commits everything, whatever is reserved: the end.
    pub(super) fn finish(&mut self, now: Duration) {
        for desk in self.desks.values_mut() {
            desk.reservations = Reservations::default();
        }
        while self.waiting() > 0 {
            self.step(now);
        }
        for desk in self.desks.values_mut() {
            if let Some(connection) = desk.connection.take() {
                checkpoint(&connection);
            }
        }
    }

    fn step_place(&mut self, place: Place, now: Duration) -> Option<Duration> {
        let tickets = &mut self.tickets;
        let desk = self.desks.get_mut(&place)?;
        let granted = desk.reservations.step(now, || {
            *tickets += 1;
            Ticket(*tickets)
        });
        for (answer, ticket) in granted {
            if answer.send(ticket).is_err() {
                // Whoever asked is gone.
                desk.reservations.release(ticket);
            }
        }
        let group = desk.take_group();
        if !group.is_empty() {
            desk.used = now;
            self.commit(place, group);
        }
        let desk = self.desks.get(&place)?;
        let more = !desk.queue.is_empty() && desk.reservations.is_empty();
        if more { Some(now) } else { desk.reservations.next_end() }
    }

    fn commit(&mut self, place: Place, group: Vec<Queued>) {
        let (directory, places) = (Arc::clone(&self.directory), Arc::clone(&self.places));
        if let Err(error) = self.open(place) {
            for queued in group {
                let _ = queued.answer.send(Err(CommitError::Store(error.clone())));
            }
            return;
        }
        let Some(desk) = self.desks.get_mut(&place) else { return };
        let Some(connection) = &desk.connection else { return };
        let plans: Vec<&Plan> = group.iter().map(|queued| &*queued.plan).collect();
        let mut made = Vec::new();
        let outcome = batch::commit(connection, &mut desk.counts, &plans, &mut |born| {
            for (id, name) in born {
                make_tenant(&directory, *id, name)?;
                made.push(*id);
            }
            Ok(())
        });
        if outcome.broken {
            // After a failed flush the connection is not used again.
            desk.connection = None;
            for id in made {
                let _ = directory.remove_tenant(id);
            }
            tracing::error!(?place, "a commit failed; the database is opened again");
        } else {
            hold_to_cap(connection, &directory, place);
            tell(&places, place, &outcome.effects);
            house(&directory, &outcome.effects);
            self.gone.extend(outcome.effects.gone);
        }
        for (queued, verdict) in group.into_iter().zip(outcome.verdicts) {
            if let Some(ticket) = queued.plan.ticket {
                desk.reservations.release(ticket);
            }
            // Nobody may be waiting any more; what is done stays done.
            let _ = queued.answer.send(verdict);
        }
    }

    fn open(&mut self, place: Place) -> Result<(), StoreError> {
        if self.places.get(place).is_none() {
            return Err(StoreError::NoDatabase);
        }
        if self.desks.get(&place).is_some_and(|desk| desk.connection.is_some()) {
            return Ok(());
        }
        let open = self.desks.values().filter(|desk| desk.connection.is_some()).count();
        if open >= self.most_open {
            let oldest = self.desks.values_mut().filter(|desk| desk.connection.is_some()).min_by_key(|desk| desk.used);
            if let Some(desk) = oldest {
                desk.connection = None;
            }
        }
        let connection = open_writing(&path_of(&self.directory, place), schema_of(place))?;
        let desk = self.desks.entry(place).or_default();
        desk.counts.forget();
        desk.connection = Some(connection);
        Ok(())
    }

    fn close_idle(&mut self, now: Duration) {
        self.desks.retain(|_, desk| {
            let busy = !desk.queue.is_empty() || !desk.reservations.is_empty();
            busy || now.saturating_sub(desk.used) < IDLE
        });
    }

    fn remove(&mut self, tenant: TenantId) {
        for queued in self.desks.remove(&Place::Tenant(tenant)).map(|desk| desk.queue).unwrap_or_default() {
            let _ = queued.answer.send(Err(CommitError::Store(StoreError::NoDatabase)));
        }
        if let Err(error) = self.directory.remove_tenant(tenant) {
            tracing::warn!(%tenant, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}

impl Desk {
    /// The plans of the next flush. Those that nobody waits for any more are dropped, those that
    /// a reservation holds back stay.
    fn take_group(&mut self) -> Vec<Queued> {
        let (mut group, mut changes) = (Vec::new(), 0);
        if self.reservations.is_empty() {
            while group.len() < GROUP && changes < GROUP_CHANGES {
                let Some(queued) = self.queue.pop_front() else { break };
                if !queued.answer.is_closed() {
                    changes += queued.plan.changes.len();
                    group.push(queued);
                }
            }
            return group;
        }
        for mut queued in std::mem::take(&mut self.queue) {
            let full = group.len() >= GROUP || changes >= GROUP_CHANGES;
            let names = queued.names.get_or_insert_with(|| queued.plan.names());
            if full || self.reservations.holds_back(names, queued.plan.ticket) {
                self.queue.push_back(queued);
            } else if !queued.answer.is_closed() {
                changes += queued.plan.changes.len();
                group.push(queued);
            }
        }
        group
    }
}

/// Tells the readers what a committed batch changed.
fn tell(places: &Places, place: Place, touched: &Touched) {
    for (id, _) in &touched.born {
        places.add(*id);
    }
    for id in &touched.gone {
        places.remove(*id);
    }
    if let Some(state) = places.get(place) {
        if touched.catalogue {
            state.catalogue.fetch_add(1, Ordering::AcqRel);
        }
        if touched.guide {
            state.guide.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Settles the directories of tenants that came and went. It is done before the next plan: one
/// may create a tenant with the name of one that went.
fn house(directory: &DataDirectory, touched: &Touched) {
    for (id, name) in &touched.born {
        directory.settle_tenant(*id, name);
    }
    for id in &touched.gone {
        if let Err(error) = directory.set_aside(*id) {
            tracing::warn!(tenant = %id, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}

/// Moves a write-ahead log that has grown beyond its cap into the database.
fn hold_to_cap(connection: &Connection, directory: &DataDirectory, place: Place) {
    let log = path_of(directory, place).with_extension("db-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() > WAL_CAP) {
        checkpoint(connection);
    }
}

fn checkpoint(connection: &Connection) {
    // A reader in the way only puts it off.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())) {
        tracing::debug!(error = %crate::error::plain(&error), "the write-ahead log stays");
    }
}

fn earlier(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::{CONTROL, make, open_reading};
    use super::*;
    use host_core::audit::AuditEntry;
    use host_core::bouquet::Bouquet;
    use host_core::object::{Key, Object};
    use host_core::plan::Change;
    use host_core::tenant::Tenant;
    use host_core::time::Unix;
    use host_core::{BouquetId, Version};

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
        Plan {
            changes: vec![Change::Insert(Box::new(Object::Bouquet(bouquet)))],
            audit: vec![entry],
            ..Plan::default()
        }
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
        let (answer, mut ticket) = oneshot::channel();
        let names = BTreeSet::from([Name::Row(Key::Bouquet(BouquetId(1)))]);
        writer.take(Order::Reserve { place: HERE, names, alone: false, answer });
        let mut held = send(&mut writer, HERE, bouquet(1));
        let mut free = send(&mut writer, HERE, bouquet(2));
        assert_eq!(writer.step(ms(10)), Some(ms(260)));
        assert!(ticket.try_recv().is_ok());
        assert!(free.try_recv().unwrap().is_ok());
        writer.step(ms(259));
        assert!(held.try_recv().is_err());
        writer.step(ms(260));
        assert!(held.try_recv().unwrap().is_ok());
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
}
