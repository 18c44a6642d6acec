//! The writer: takes plans, holds back what is reserved for others, commits the rest in groups. A state machine that a
//! thread or a test drives with `step(now)`; it has no thread and no clock.
//!
//! * `order` is what it is asked, `database_state` what it has of one database, `after_commit`
//!   what follows a committed group, `log` and `doubt` what is to be done with what it wrote, `book` what the
//!   writers write down in the control database, `notes` how it comes there.
//! * `writer_loop` is a writer with its queue: one step takes in what is queued and does it; `routes`
//!   are the ways there.

mod after_commit;
mod book;
mod database_state;
mod doubt;
mod log;
mod notes;
mod opening;
mod order;
mod routes;
#[cfg(test)]
mod tests;
mod writer_loop;

pub(super) use book::forget as forget_tenant;
pub(super) use order::Order;
pub(super) use routes::Senders;
pub(super) use writer_loop::WriterLoop;

use super::batch::{self, Outcome, Verdict};
use super::database_file::make_tenant;
use super::databases::Databases;
use crate::directory::DataDirectory;
use crate::keys::ChainKeys;
use book::Book;
use database_state::{DatabaseState, Queued};
use doubt::Doubt;
use host_core::TenantId;
use host_core::plan::{Database, Plan, Reservation};
use host_core::port::{CommitError, StoreError};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// A database that is not written for this time is closed.
const IDLE: Duration = Duration::from_secs(60);

/// One writer, with the databases that belong to it.
pub(super) struct Writer {
    directory: Arc<DataDirectory>,
    databases: Arc<Databases>,
    states: BTreeMap<Database, DatabaseState>,
    reservations: u64,
    most_open: usize,
    /// What it has for other writers.
    orders: Vec<Order>,
    /// What the writers have for the control database.
    book: Book,
    keys: ChainKeys,
    answered: u64,
}

/// A verdict for each of the plans, also when writing them panics: that ends neither the writer nor its
/// other databases. The connection went with the panic, so that the next group opens a new one.
fn shielded(plans: usize, write: impl FnOnce() -> Vec<Verdict>) -> Vec<Verdict> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| {
        tracing::error!("writing a group of plans panicked; please report it");
        vec![Err(CommitError::Store(StoreError::Unknown("the writer panicked".into()))); plans]
    })
}

impl Writer {
    /// `most_open`: databases that it keeps open at most.
    pub(super) fn new(
        directory: Arc<DataDirectory>,
        databases: Arc<Databases>,
        keys: ChainKeys,
        most_open: usize,
    ) -> Writer {
        let (states, orders, book) = (BTreeMap::new(), Vec::new(), Book::default());
        Writer { directory, databases, states, reservations: 0, most_open, orders, book, keys, answered: 0 }
    }

    /// Takes an order in. Nothing is done before the next step.
    fn take(&mut self, order: Order) {
        match order {
            Order::Commit { database, plan, answer } => self.states.entry(database).or_default().add(plan, answer),
            Order::Reserve { database, names, alone, answer } => {
                self.states.entry(database).or_default().reservations.ask(names, alone, answer);
            }
            Order::Release { database, reservation } => {
                if let Some(state) = self.states.get_mut(&database) {
                    state.reservations.release(reservation);
                }
            }
            Order::Remove(tenant) => self.remove(tenant),
            Order::Note(of, head) => self.book.note(of, head),
            Order::Buried(tenant) => self.book.buried(tenant),
            Order::Try => self.book.try_it(),
            Order::Stop => {}
        }
    }

    /// Plans that wait.
    fn waiting(&self) -> usize {
        self.states.values().map(DatabaseState::waiting).sum()
    }

    /// Whether it has anything of this database.
    fn has(&self, database: Database) -> bool {
        self.states.contains_key(&database)
    }

    /// Grants, commits and answers all that can be done now, and then moves logs that have grown.
    /// Returns when there will be something to do even if no order comes.
    fn step(&mut self, now: Duration) -> Option<Duration> {
        let databases: Vec<_> = self.states.keys().copied().collect();
        let again = databases.into_iter().filter_map(|database| self.step_database(database, now)).min();
        self.note_heads(now, |state| state.note_is_due(now));
        self.keep_book(now);
        self.states.values_mut().for_each(|state| state.tidy(now));
        again
    }

    /// Commits everything, whatever is reserved.
    fn finish(&mut self, now: Duration) {
        for state in self.states.values_mut() {
            state.reservations = Default::default();
        }
        while self.waiting() > 0 {
            self.step(now);
        }
        self.note_heads(now, DatabaseState::has_to_note);
    }

    /// Closes all databases: the end.
    fn close(&mut self, now: Duration) {
        self.keep_book(now);
        for state in self.states.values_mut() {
            if let Some(connection) = state.connection.take() {
                log::empty(&connection);
            }
        }
    }

    fn step_database(&mut self, database: Database, now: Duration) -> Option<Duration> {
        let reservations = &mut self.reservations;
        let state = self.states.get_mut(&database)?;
        self.answered += state.grant(now, || {
            *reservations += 1;
            Reservation(*reservations)
        });
        let group = state.take_group();
        let moved = !group.is_empty();
        if moved {
            state.used = now;
            self.answered += group.len() as u64;
            self.commit(database, group, now);
        } else if state.doubt.as_ref().is_some_and(|doubt| doubt.is_due(now)) {
            // What it says was logged when it was first said.
            let _ = self.open(database, now);
        }
        self.states.get(&database)?.next(now, moved)
    }

    /// Commits a group and answers it. Logs are not moved here: others wait for their answers.
    fn commit(&mut self, database: Database, group: Vec<Queued>, now: Duration) {
        let verdicts = match self.open(database, now) {
            Ok(()) => shielded(group.len(), || self.write(database, &group, now)),
            Err(error) => vec![Err(CommitError::Store(error)); group.len()],
        };
        let Some(state) = self.states.get_mut(&database) else { return };
        for (queued, verdict) in group.into_iter().zip(verdicts) {
            if let Some(reservation) = queued.plan.reservation {
                state.reservations.release(reservation);
            }
            // Nobody may be waiting any more; what is done stays done.
            let _ = queued.answer.send(verdict);
        }
    }

    /// Writes a group to its database, which is open. Returns a verdict for each plan.
    fn write(&mut self, database: Database, group: &[Queued], now: Duration) -> Vec<Verdict> {
        let (directory, databases, keys) =
            (Arc::clone(&self.directory), Arc::clone(&self.databases), self.keys.clone());
        let all = |error| vec![Err(CommitError::Store(error)); group.len()];
        let Some(state) = self.states.get_mut(&database) else { return all(StoreError::NoDatabase) };
        let Some(connection) = state.connection.take() else { return all(StoreError::NoDatabase) };
        let plans: Vec<&Plan> = group.iter().map(|queued| &*queued.plan).collect();
        let (mut made, mut doubtful) = (Vec::new(), false);
        let outcome = batch::commit(&connection, (&keys, database), &plans, &mut |id, name| {
            make_tenant(&directory, id, name)?;
            made.push(id);
            Ok(())
        });
        let error = match outcome {
            Outcome::Done(verdicts, touched) => {
                state.connection = Some(connection);
                after_commit::tell_readers(&databases, database, &touched);
                after_commit::settle_directories(&directory, made, &touched);
                self.orders.extend(touched.deleted.into_iter().map(Order::Remove));
                return verdicts;
            }
            // What was not committed goes with its connection.
            Outcome::Undone(error) => {
                drop(connection);
                state.doubt = Some(Doubt::new(None, now));
                error
            }
            Outcome::Doubtful(error) => {
                state.doubt = Some(Doubt::new(Some(connection), now));
                doubtful = true;
                error
            }
        };
        tracing::error!(?database, %error, "a commit failed; the database is opened again");
        if self.write_over(database, now).is_err() && doubtful {
            return all(StoreError::Unknown(error.to_string()));
        }
        after_commit::remove_directories(&directory, made);
        all(error)
    }

    /// Closes databases that rest, where `may` allows it.
    fn close_idle(&mut self, now: Duration, mut may: impl FnMut(Database) -> bool) {
        self.states
            .retain(|database, state| state.is_busy() || now.saturating_sub(state.used) < IDLE || !may(*database));
    }

    fn remove(&mut self, tenant: TenantId) {
        if let Some(state) = self.states.remove(&Database::Tenant(tenant)) {
            state.refuse_all();
        }
        match self.directory.remove_tenant(tenant) {
            Ok(()) => self.orders.push(Order::Buried(tenant)),
            Err(error) => tracing::warn!(%tenant, %error, "a deleted tenant's directory stays until the next start"),
        }
    }
}
