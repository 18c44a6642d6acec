//! How a walk ends: calls are answered, copies completed, effects performed. What cannot come to an end is a fault.

use super::calls::{at_once, poll, waited};
use super::world::World;
use host_core::caller::Scope;
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::{Clock, Finding, Query, Store, StoreError};
use host_engine::Error;

impl World {
    /// Lines that are there, and which caller owns each.
    pub fn owned(&mut self, tenant: usize) -> Vec<(u32, usize)> {
        let premises = self.tenants[tenant].clone();
        let query = Query::all(Kind::Line, Scope::Tenant);
        let page = at_once(self.process().store.list(Database::Tenant(premises.id), query)).unwrap();
        let owner = |user| (1..premises.callers.len()).find(|at| premises.user(*at) == user);
        let owned = page.rows.into_iter().filter_map(|row| match row {
            Object::Line(line) => Some((line.id.0, owner(line.owner)?)),
            _ => None,
        });
        owned.collect()
    }

    /// Every call gets an answer.
    pub fn end_calls(&mut self) {
        let clock = self.clock.clone();
        for _ in 0..200 {
            for at in (0..self.process().calls.len()).rev() {
                self.poll_call(at);
            }
            if self.process().calls.is_empty() {
                return;
            }
            self.write();
            self.process().channels.pass(&clock, 300);
        }
        let left: Vec<_> = self.process().calls.iter().map(|call| format!("{:?}", call.request)).collect();
        panic!("calls that nobody answers: {left:?}");
    }

    /// Every file that was copied to its end is taken in once, when it is newer than what runs.
    pub fn end_drops(&mut self) {
        let (process, _, tenants, copies) = self.parts();
        let there = process.drops.finish(tenants, copies);
        self.look_long();
        self.check_dropped(there);
    }

    /// Every effect is performed and settled, also where somebody hung up.
    pub fn end_effects(&mut self) {
        self.end_outbox();
        let left = self.waiting();
        assert_eq!(left, 0, "effects that nobody performs");
    }

    fn end_outbox(&mut self) {
        for _ in 0..120 {
            self.clock.pass(31_000);
            self.end_step();
            if self.waiting() == 0 {
                return;
            }
        }
    }

    /// One whole step of the engine.
    fn end_step(&mut self) {
        let now = self.clock.now();
        let engine = self.process().engine.clone();
        let mut stepping = match self.process().stepping.take() {
            Some((_, stepping)) => stepping,
            None => Box::pin(async move { engine.step(now).await }),
        };
        for _ in 0..100 {
            match poll(&mut stepping) {
                Some(Ok(()) | Err(Error::Store(StoreError::Busy | StoreError::Failed(_) | StoreError::Unknown(_)))) => {
                    return;
                }
                Some(Err(error)) => panic!("a step of the engine fails: {error}"),
                None => self.write(),
            }
        }
        panic!("a step of the engine does not end");
    }

    /// The store's own verification of every database finds nothing.
    pub fn verify(&mut self) {
        let tenants = self.tenants.iter().map(|premises| Database::Tenant(premises.id));
        for database in tenants.chain([Database::Control]).collect::<Vec<_>>() {
            let findings = waited(self.process().store.verify(database)).unwrap().findings;
            assert_eq!(findings, Vec::<Finding>::new(), "{database:?}");
        }
    }
}
