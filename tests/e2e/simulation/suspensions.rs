//! Tenants that are suspended and answer again. Nobody watches in a suspended tenant, unless the
//! effect that ends who does still waits; whoever comes is told so, and gets in again afterwards.

use super::calls::{Held, at_once, poll};
use super::effects::LATER;
use super::ground::NODE;
use super::ground::Suspension;
use super::world::World;
use host_core::event::Effect;
use host_core::plan::Database;
use host_core::port::{Store, StoreError};
use host_engine::{Error, tenant};

impl World {
    /// An operator suspends a tenant, or lets it answer again.
    pub fn switch(&mut self) {
        let tenant = self.dice.roll(self.tenants.len());
        let in_vain = self.dice.one_in(5);
        self.set_suspended(tenant, !self.suspensions[tenant].is_on, in_vain);
    }

    /// Everybody is let in again.
    pub fn end_suspensions(&mut self) {
        for tenant in 0..self.tenants.len() {
            if self.suspensions[tenant].is_on {
                self.set_suspended(tenant, false, false);
            }
            assert!(!self.suspensions[tenant].is_on, "tenant {tenant} stays suspended");
        }
    }

    /// One switch, run to its end. Flushes of its first step fail when it is done in vain.
    fn set_suspended(&mut self, tenant: usize, is_on: bool, in_vain: bool) {
        let (engine, name) = (self.process().engine.clone(), self.tenants[tenant].name.clone());
        self.trace.note(format!("{name} is to be suspended: {is_on}"));
        let switch: Held<host_engine::Result<()>> = Box::pin(async move {
            match is_on {
                true => tenant::suspend(&engine, "walk", &name).await.map(drop),
                false => tenant::resume(&engine, "walk", &name).await.map(drop),
            }
        });
        let outcome = self.run_out(switch, in_vain);
        self.trace.note(format!("it is answered: {:?}", outcome.as_ref().map_err(ToString::to_string)));
        let known = &mut self.suspensions[tenant];
        match outcome {
            Ok(()) => (known.is_on, known.is_unsure) = (is_on, false),
            Err(Error::Store(StoreError::Unknown(_))) if in_vain => known.is_unsure = true,
            Err(Error::Store(StoreError::Failed(_))) if in_vain => {}
            Err(Error::Store(StoreError::Busy)) => {}
            Err(error) => panic!("a switch of tenant {tenant} fails: {error}"),
        }
        // Also when nobody knows: what is not known is not seen either.
        assert_eq!(self.is_suspended(tenant), self.suspensions[tenant].is_on, "tenant {tenant} and what was told");
        self.check_suspensions();
        self.come(tenant);
    }

    fn run_out<T>(&mut self, mut future: Held<T>, in_vain: bool) -> T {
        let clock = self.clock.clone();
        for round in 0..200 {
            if let Some(answer) = poll(&mut future) {
                return answer;
            }
            match round {
                0 if in_vain => self.write_in_vain(),
                _ => self.write(),
            }
            // What others have reserved ends with time.
            self.process().channels.pass(&clock, 100);
        }
        panic!("a switch that nobody answers");
    }

    fn is_suspended(&mut self, tenant: usize) -> bool {
        let id = self.tenants[tenant].id;
        !at_once(self.process().engine.is_open(id)).unwrap()
    }

    /// After a restart: what was answered is so, what nobody knew is what is there.
    pub fn settle_suspensions(&mut self) {
        for tenant in 0..self.tenants.len() {
            let (is_on, known) = (self.is_suspended(tenant), self.suspensions[tenant]);
            assert!(known.is_unsure || known.is_on == is_on, "tenant {tenant} suspended: {is_on} after the restart");
            self.suspensions[tenant] = Suspension { is_on, is_unsure: false };
        }
    }

    /// Nobody watches where all were to be ended. Cheap: after every step.
    pub fn check_suspensions(&mut self) {
        for tenant in 0..self.tenants.len() {
            if !self.suspensions[tenant].is_on {
                continue;
            }
            let id = self.tenants[tenant].id;
            let running = at_once(self.process().engine.seats().connections(id, None)).unwrap();
            // A lease from before a restart ends by itself, within half a minute.
            let watching = running.iter().filter(|connection| !connection.agent.is_empty()).count();
            assert!(watching == 0 || self.ends(tenant), "{watching} watch in tenant {tenant}, which is suspended");
        }
    }

    /// Whether the effect that ends a tenant's connections still waits.
    fn ends(&mut self, tenant: usize) -> bool {
        let id = self.tenants[tenant].id;
        let waiting = at_once(self.process().store.outbox(Database::Control, NODE, LATER, 1_000)).unwrap();
        waiting.iter().any(|row| row.effect == Effect::EndTenant { tenant: id })
    }
}
