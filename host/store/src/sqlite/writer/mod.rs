//! The writer: takes plans, holds back what is reserved for others, commits the rest in groups.
//! A state machine that a thread or a test drives with `step(now)`; knows no thread and no clock.
//!
//! * `order` is what it is asked, `desk` what it has of one database, `aftermath` what follows a
//!   committed group, `log` and `doubt` what is to be done with what it wrote.
//! * `turn` is a writer with its queue: one turn takes in what is queued and does it; `routes` are
//!   the ways there.

mod aftermath;
mod desk;
mod doubt;
mod log;
mod order;
mod routes;
#[cfg(test)]
mod tests;
mod turn;

pub(super) use order::Order;
pub(super) use routes::Inlets;
pub(super) use turn::Turn;

use super::batch::{self, Outcome, Verdict};
use super::connection::{make_tenant, open_writing, path_of, schema_of};
use super::places::Places;
use crate::directory::DataDirectory;
use crate::error::failed;
use desk::{Desk, Queued};
use doubt::Doubt;
use host_core::TenantId;
use host_core::plan::{Place, Plan, Ticket};
use host_core::port::{CommitError, StoreError};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A database that was not written for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// One writer, with the databases that belong to it.
pub(super) struct Writer {
    directory: Arc<DataDirectory>,
    places: Arc<Places>,
    desks: BTreeMap<Place, Desk>,
    tickets: u64,
    most_open: usize,
    /// What it has for other writers.
    orders: Vec<Order>,
    answered: u64,
}

impl Writer {
    /// `most_open`: databases that it keeps open at most.
    pub(super) fn new(directory: Arc<DataDirectory>, places: Arc<Places>, most_open: usize) -> Writer {
        let (desks, orders) = (BTreeMap::new(), Vec::new());
        Writer { directory, places, desks, tickets: 0, most_open, orders, answered: 0 }
    }

    /// Takes an order in. Nothing is done before the next step.
    fn take(&mut self, order: Order) {
        match order {
            Order::Commit { place, plan, answer } => self.desks.entry(place).or_default().add(plan, answer),
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
    fn waiting(&self) -> usize {
        self.desks.values().map(Desk::waiting).sum()
    }

    /// Whether it has anything of a place.
    fn has(&self, place: Place) -> bool {
        self.desks.contains_key(&place)
    }

    /// Grants, commits and answers all that can be done now, and then moves logs that have grown.
    /// The answer: when there will be something to do even if no order comes.
    fn step(&mut self, now: Duration) -> Option<Duration> {
        let places: Vec<_> = self.desks.keys().copied().collect();
        let again = places.into_iter().filter_map(|place| self.step_place(place, now)).min();
        self.desks.values_mut().for_each(|desk| desk.tidy(now));
        again
    }

    /// Commits everything, whatever is reserved: the end.
    fn finish(&mut self, now: Duration) {
        for desk in self.desks.values_mut() {
            desk.reservations = Default::default();
        }
        while self.waiting() > 0 {
            self.step(now);
        }
        for desk in self.desks.values_mut() {
            if let Some(connection) = desk.connection.take() {
                log::empty(&connection);
            }
        }
    }

    fn step_place(&mut self, place: Place, now: Duration) -> Option<Duration> {
        let tickets = &mut self.tickets;
        let desk = self.desks.get_mut(&place)?;
        self.answered += desk.grant(now, || {
            *tickets += 1;
            Ticket(*tickets)
        });
        let group = desk.take_group();
        let moved = !group.is_empty();
        if moved {
            desk.used = now;
            self.answered += group.len() as u64;
            self.commit(place, group, now);
        } else if desk.doubt.as_ref().is_some_and(|doubt| doubt.is_due(now)) {
            // What it says was logged when it was first said.
            let _ = self.open(place, now);
        }
        self.desks.get(&place)?.next(now, moved)
    }

    /// Commits a group and answers it. Logs are not moved here: others wait for their answers.
    fn commit(&mut self, place: Place, group: Vec<Queued>, now: Duration) {
        let verdicts = match self.open(place, now) {
            Ok(()) => self.write(place, &group, now),
            Err(error) => vec![Err(CommitError::Store(error)); group.len()],
        };
        let Some(desk) = self.desks.get_mut(&place) else { return };
        for (queued, verdict) in group.into_iter().zip(verdicts) {
            if let Some(ticket) = queued.plan.ticket {
                desk.reservations.release(ticket);
            }
            // Nobody may be waiting any more; what is done stays done.
            let _ = queued.answer.send(verdict);
        }
    }

    /// Writes a group to the open database of a place. The answer: a verdict for each plan.
    fn write(&mut self, place: Place, group: &[Queued], now: Duration) -> Vec<Verdict> {
        let (directory, places) = (Arc::clone(&self.directory), Arc::clone(&self.places));
        let all = |error| vec![Err(CommitError::Store(error)); group.len()];
        let Some(desk) = self.desks.get_mut(&place) else { return all(StoreError::NoDatabase) };
        let Some(connection) = desk.connection.take() else { return all(StoreError::NoDatabase) };
        let plans: Vec<&Plan> = group.iter().map(|queued| &*queued.plan).collect();
        let mut made = Vec::new();
        let outcome = batch::commit(&connection, &mut desk.counts, &plans, &mut |id, name| {
            make_tenant(&directory, id, name)?;
            made.push(id);
            Ok(())
        });
        let error = match outcome {
            Outcome::Done(verdicts, touched) => {
                desk.connection = Some(connection);
                aftermath::tell(&places, place, &touched);
                aftermath::house(&directory, made, &touched);
                self.orders.extend(touched.gone.into_iter().map(Order::Remove));
                return verdicts;
            }
            Outcome::Undone(error) => {
                desk.spent = Some(connection);
                error
            }
            Outcome::Doubtful(error) => {
                tracing::error!(?place, %error, "a commit failed; what it may have left is written over");
                desk.doubt = Some(Doubt::new(connection, now));
                if let Err(again) = self.write_over(place, now) {
                    tracing::error!(?place, error = %again, "nothing is written until that works");
                    return all(StoreError::Unknown(error.to_string()));
                }
                error
            }
        };
        tracing::error!(?place, %error, "a commit failed; the database is opened again");
        aftermath::unmake(&directory, made);
        all(error)
    }

    /// Makes sure that there is a connection which writes.
    fn open(&mut self, place: Place, now: Duration) -> Result<(), StoreError> {
        if self.places.get(place).is_none() {
            return Err(StoreError::NoDatabase);
        }
        let desk = self.desks.entry(place).or_default();
        if desk.connection.is_some() {
            return Ok(());
        }
        if desk.doubt.is_some() {
            return self.write_over(place, now);
        }
        let open = self.desks.values().filter(|desk| desk.connection.is_some()).count();
        if open >= self.most_open {
            let oldest = self.desks.values_mut().filter(|desk| desk.connection.is_some()).min_by_key(|desk| desk.used);
            if let Some(desk) = oldest {
                desk.spent = desk.connection.take();
            }
        }
        let connection = self.opened(place)?;
        self.desks.entry(place).or_default().begin(connection);
        Ok(())
    }

    /// Ends a doubt: something durable is written over what a failed commit left.
    fn write_over(&mut self, place: Place, now: Duration) -> Result<(), StoreError> {
        let fresh = self.opened(place).and_then(|fresh| doubt::write_over(&fresh).map(|()| fresh));
        let desk = self.desks.entry(place).or_default();
        match fresh {
            Ok(fresh) => {
                desk.spent = desk.doubt.take().map(Doubt::into_connection);
                desk.begin(fresh);
                Ok(())
            }
            Err(error) => {
                desk.doubt.iter_mut().for_each(|doubt| doubt.tried(now));
                Err(error)
            }
        }
    }

    fn opened(&self, place: Place) -> Result<Connection, StoreError> {
        let connection = open_writing(&path_of(&self.directory, place), schema_of(place))?;
        // The log is moved after the answers: inside a commit they would wait for it.
        connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
        Ok(connection)
    }

    /// Closes databases that rest, where `may` allows it.
    fn close_idle(&mut self, now: Duration, mut may: impl FnMut(Place) -> bool) {
        self.desks.retain(|place, desk| desk.is_busy() || now.saturating_sub(desk.used) < IDLE || !may(*place));
    }

    fn remove(&mut self, tenant: TenantId) {
        if let Some(desk) = self.desks.remove(&Place::Tenant(tenant)) {
            desk.refuse_all();
        }
        if let Err(error) = self.directory.remove_tenant(tenant) {
            tracing::warn!(%tenant, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}
