//! What a writer has of one database: the plans that wait for it, what is reserved in it, and which of
//! the plans go into the next flush.

use super::doubt::Doubt;
use super::log::Log;
use crate::sqlite::batch::Verdict;
use crate::sqlite::reservations::Reservations;
use host_core::plan::{Name, Plan, Reservation};
use host_core::port::{CommitError, StoreError};
use rusqlite::Connection;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most plans of one flush.
const GROUP: usize = 4_096;
/// Most changes of one flush; a group ends behind the plan that reaches it.
const GROUP_CHANGES: usize = 50_000;

/// How often it is noted how far an audit chain has come.
const NOTES: Duration = Duration::from_secs(60);

/// A plan that waits.
pub(super) struct Queued {
    pub(super) plan: Box<Plan>,
    pub(super) answer: oneshot::Sender<Verdict>,
    /// What the plan names; made when a reservation asks for it.
    names: Option<BTreeSet<Name>>,
}

/// What a writer has of one database.
#[derive(Default)]
pub(super) struct DatabaseState {
    pub(super) connection: Option<Connection>,
    /// A connection that is closed when all is answered, because closing one may move its log.
    pub(super) spent: Option<Connection>,
    /// A commit failed, and nothing is written before this has ended.
    pub(super) doubt: Option<Doubt>,
    log: Log,
    /// When it was last noted how far its audit chain has come, or when it was opened first.
    noted: Option<Duration>,
    pub(super) reservations: Reservations<oneshot::Sender<Reservation>>,
    /// When it was last written.
    pub(super) used: Duration,
    queue: VecDeque<Queued>,
}

impl DatabaseState {
    /// Takes a plan in.
    pub(super) fn add(&mut self, plan: Box<Plan>, answer: oneshot::Sender<Verdict>) {
        self.queue.push_back(Queued { plan, answer, names: None });
    }

    /// Takes the connection that it writes through from here on.
    pub(super) fn begin(&mut self, connection: Connection, now: Duration) {
        self.noted.get_or_insert(now);
        self.connection = Some(connection);
    }

    /// Whether something was written since it was noted how far the chain has come.
    pub(super) fn has_to_note(&self) -> bool {
        self.connection.is_some() && self.noted.is_some_and(|noted| noted <= self.used)
    }

    /// Whether a new note of that is due.
    pub(super) fn note_is_due(&self, now: Duration) -> bool {
        self.has_to_note() && self.noted.is_some_and(|noted| now.saturating_sub(noted) >= NOTES)
    }

    /// Notes that the chain is noted up to what was written last.
    pub(super) fn note_made(&mut self, now: Duration) {
        self.noted = Some(now);
    }

    /// Does what can wait until all is answered: closes the spent connection and tends the log.
    pub(super) fn tidy(&mut self, now: Duration) {
        self.spent = None;
        if let Some(connection) = self.connection.as_ref().filter(|_| self.used == now) {
            self.log.tend(connection, now);
        }
    }

    /// Plans that wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether anybody waits for it or holds something of it, or a doubt has to end.
    pub(super) fn is_busy(&self) -> bool {
        !self.queue.is_empty() || !self.reservations.is_empty() || self.doubt.is_some()
    }

    /// When there will be something to do even if no order comes: at once when this step `moved`
    /// something that another may have waited for.
    pub(super) fn next(&self, now: Duration, moved: bool) -> Option<Duration> {
        let waits = !self.queue.is_empty() || self.reservations.has_waiting();
        if moved && waits {
            return Some(now);
        }
        self.reservations.next_end().into_iter().chain(self.doubt.as_ref().map(Doubt::next)).min()
    }

    /// Grants what can be reserved now. Returns how many were told so.
    pub(super) fn grant(&mut self, now: Duration, mut next: impl FnMut() -> Reservation) -> u64 {
        let mut told = 0;
        loop {
            let mut gone = Vec::new();
            for (answer, reservation) in self.reservations.step(now, &mut next) {
                match answer.send(reservation) {
                    Ok(()) => told += 1,
                    Err(reservation) => gone.push(reservation),
                }
            }
            if gone.is_empty() {
                return told;
            }
            // Whoever asked for these is gone; the next in line may have them.
            gone.into_iter().for_each(|reservation| self.reservations.release(reservation));
        }
    }

    /// The plans of the next flush. Those that nobody waits for any more are dropped, those that
    /// a reservation holds back stay.
    pub(super) fn take_group(&mut self) -> Vec<Queued> {
        let (mut group, mut changes) = (Vec::with_capacity(self.queue.len().min(GROUP)), 0);
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
            // Taking ids is never held back: the run that reserved the whole database may need some itself.
            let held = || !queued.plan.only_takes_ids() && self.reservations.holds_back(names, queued.plan.reservation);
            if full || held() {
                self.queue.push_back(queued);
            } else if !queued.answer.is_closed() {
                changes += queued.plan.changes.len();
                group.push(queued);
            }
        }
        group
    }

    /// Answers all that wait: there is no database any more.
    pub(super) fn refuse_all(self) {
        for queued in self.queue {
            let _ = queued.answer.send(Err(CommitError::Store(StoreError::NoDatabase)));
        }
    }
}
