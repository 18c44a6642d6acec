//! The writer: takes plans, holds back what is reserved for others, commits the rest in groups.
//! A state machine that a thread or a test drives with `step(now)`; knows no thread and no clock.
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
use super::database::make_tenant;
use super::places::Places;
use crate::directory::DataDirectory;
use crate::keys::ChainKeys;
use book::Book;
use database_state::{DatabaseState, Queued};
use doubt::Doubt;
use host_core::TenantId;
use host_core::plan::{Place, Plan, Ticket};
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
    places: Arc<Places>,
    databases: BTreeMap<Place, DatabaseState>,
    tickets: u64,
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
    pub(super) fn new(directory: Arc<DataDirectory>, places: Arc<Places>, keys: ChainKeys, most_open: usize) -> Writer {
        let (databases, orders, book) = (BTreeMap::new(), Vec::new(), Book::default());
        Writer { directory, places, databases, tickets: 0, most_open, orders, book, keys, answered: 0 }
    }

    /// Takes an order in. Nothing is done before the next step.
    fn take(&mut self, order: Order) {
        match order {
            Order::Commit { place, plan, answer } => self.databases.entry(place).or_default().add(plan, answer),
            Order::Reserve { place, names, alone, answer } => {
                self.databases.entry(place).or_default().reservations.ask(names, alone, answer);
            }
            Order::Release { place, ticket } => {
                if let Some(database) = self.databases.get_mut(&place) {
                    database.reservations.release(ticket);
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
        self.databases.values().map(DatabaseState::waiting).sum()
    }

    /// Whether it has anything of a place.
    fn has(&self, place: Place) -> bool {
        self.databases.contains_key(&place)
    }

    /// Grants, commits and answers all that can be done now, and then moves logs that have grown.
    /// Returns when there will be something to do even if no order comes.
    fn step(&mut self, now: Duration) -> Option<Duration> {
        let places: Vec<_> = self.databases.keys().copied().collect();
        let again = places.into_iter().filter_map(|place| self.step_place(place, now)).min();
        self.note_heads(now, |database| database.note_is_due(now));
        self.keep_book(now);
        self.databases.values_mut().for_each(|database| database.tidy(now));
        again
    }

    /// Commits everything, whatever is reserved.
    fn finish(&mut self, now: Duration) {
        for database in self.databases.values_mut() {
            database.reservations = Default::default();
        }
        while self.waiting() > 0 {
            self.step(now);
        }
        self.note_heads(now, DatabaseState::has_to_note);
    }

    /// Closes all databases: the end.
    fn close(&mut self, now: Duration) {
        self.keep_book(now);
        for database in self.databases.values_mut() {
            if let Some(connection) = database.connection.take() {
                log::empty(&connection);
            }
        }
    }

    fn step_place(&mut self, place: Place, now: Duration) -> Option<Duration> {
        let tickets = &mut self.tickets;
        let database = self.databases.get_mut(&place)?;
        self.answered += database.grant(now, || {
            *tickets += 1;
            Ticket(*tickets)
        });
        let group = database.take_group();
        let moved = !group.is_empty();
        if moved {
            database.used = now;
            self.answered += group.len() as u64;
            self.commit(place, group, now);
        } else if database.doubt.as_ref().is_some_and(|doubt| doubt.is_due(now)) {
            // What it says was logged when it was first said.
            let _ = self.open(place, now);
        }
        self.databases.get(&place)?.next(now, moved)
    }

    /// Commits a group and answers it. Logs are not moved here: others wait for their answers.
    fn commit(&mut self, place: Place, group: Vec<Queued>, now: Duration) {
        let verdicts = match self.open(place, now) {
            Ok(()) => shielded(group.len(), || self.write(place, &group, now)),
            Err(error) => vec![Err(CommitError::Store(error)); group.len()],
        };
        let Some(database) = self.databases.get_mut(&place) else { return };
        for (queued, verdict) in group.into_iter().zip(verdicts) {
            if let Some(ticket) = queued.plan.ticket {
                database.reservations.release(ticket);
            }
            // Nobody may be waiting any more; what is done stays done.
            let _ = queued.answer.send(verdict);
        }
    }

    /// Writes a group to the open database of a place. Returns a verdict for each plan.
    fn write(&mut self, place: Place, group: &[Queued], now: Duration) -> Vec<Verdict> {
        let (directory, places, keys) = (Arc::clone(&self.directory), Arc::clone(&self.places), self.keys.clone());
        let all = |error| vec![Err(CommitError::Store(error)); group.len()];
        let Some(database) = self.databases.get_mut(&place) else { return all(StoreError::NoDatabase) };
        let Some(connection) = database.connection.take() else { return all(StoreError::NoDatabase) };
        let plans: Vec<&Plan> = group.iter().map(|queued| &*queued.plan).collect();
        let (mut made, mut doubtful) = (Vec::new(), false);
        let outcome = batch::commit(&connection, (&keys, place), &plans, &mut |id, name| {
            make_tenant(&directory, id, name)?;
            made.push(id);
            Ok(())
        });
        let error = match outcome {
            Outcome::Done(verdicts, touched) => {
                database.connection = Some(connection);
                after_commit::tell_readers(&places, place, &touched);
                after_commit::settle_directories(&directory, made, &touched);
                self.orders.extend(touched.deleted.into_iter().map(Order::Remove));
                return verdicts;
            }
            // What was not committed goes with its connection.
            Outcome::Undone(error) => {
                drop(connection);
                database.doubt = Some(Doubt::new(None, now));
                error
            }
            Outcome::Doubtful(error) => {
                database.doubt = Some(Doubt::new(Some(connection), now));
                doubtful = true;
                error
            }
        };
        tracing::error!(?place, %error, "a commit failed; the database is opened again");
        if self.write_over(place, now).is_err() && doubtful {
            return all(StoreError::Unknown(error.to_string()));
        }
        after_commit::remove_directories(&directory, made);
        all(error)
    }

    /// Closes databases that rest, where `may` allows it.
    fn close_idle(&mut self, now: Duration, mut may: impl FnMut(Place) -> bool) {
        self.databases
            .retain(|place, database| database.is_busy() || now.saturating_sub(database.used) < IDLE || !may(*place));
    }

    fn remove(&mut self, tenant: TenantId) {
        if let Some(database) = self.databases.remove(&Place::Tenant(tenant)) {
            database.refuse_all();
        }
        match self.directory.remove_tenant(tenant) {
            Ok(()) => self.orders.push(Order::Buried(tenant)),
            Err(error) => tracing::warn!(%tenant, %error, "a deleted tenant's directory stays until the next start"),
        }
    }
}
