//! The writer: takes plans, holds back what is reserved for others, commits the rest in groups.
//! A state machine that a thread or a test drives with `step(now)`; knows no thread and no clock.
//!
//! * `order` is what it is asked, `desk` what it has of one database, `aftermath` what follows a
//!   committed group.
//! * `turn` is a writer with its queue: one turn takes in what is queued and does it.

mod aftermath;
mod desk;
mod order;
#[cfg(test)]
mod tests;
mod turn;

pub(super) use order::Order;
pub(super) use turn::{Inlets, Turn};

use super::batch;
use super::connection::{make_tenant, open_writing, path_of, schema_of};
use super::places::Places;
use crate::directory::DataDirectory;
use desk::{Desk, Queued};
use host_core::TenantId;
use host_core::plan::{Place, Plan, Ticket};
use host_core::port::{CommitError, StoreError};
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
    gone: Vec<TenantId>,
    answered: u64,
}

impl Writer {
    /// `most_open`: databases that it keeps open at most.
    pub(super) fn new(directory: Arc<DataDirectory>, places: Arc<Places>, most_open: usize) -> Writer {
        let (desks, gone) = (BTreeMap::new(), Vec::new());
        Writer { directory, places, desks, tickets: 0, most_open, gone, answered: 0 }
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

    /// Tenants whose last plan was their end, since the last call; each goes to its writer as
    /// [`Order::Remove`].
    fn take_gone(&mut self) -> Vec<TenantId> {
        std::mem::take(&mut self.gone)
    }

    /// Grants, commits and answers all that can be done now. The answer: when there will be
    /// something to do even if no order comes.
    fn step(&mut self, now: Duration) -> Option<Duration> {
        let places: Vec<_> = self.desks.keys().copied().collect();
        let again = places.into_iter().filter_map(|place| self.step_place(place, now)).min();
        self.close_idle(now);
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
                aftermath::checkpoint(&connection);
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
            self.commit(place, group);
        }
        self.desks.get(&place)?.next(now, moved)
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
            aftermath::hold_to_cap(connection, &directory, place);
            aftermath::tell(&places, place, &outcome.effects);
            aftermath::house(&directory, &outcome.effects);
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
        self.desks.retain(|_, desk| desk.is_busy() || now.saturating_sub(desk.used) < IDLE);
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
