//! Who performs effects in a walk: as the panel does, or not at all for a while. Every effect it is asked for must
//! stand in the outbox already.

use super::calls::at_once;
use super::chance::{Dice, HandClock};
use super::gauge::Gauge;
use super::ground::{NODE, Premises};
use super::origins::Origins;
use super::trace::Trace;
use host_core::caller::Scope;
use host_core::event::Effect;
use host_core::object::Key;
use host_core::plan::Database;
use host_core::port::Store;
use host_core::time::Unix;
use host_core::{StreamId, TenantId};
use host_engine::outbox::Performer;
use host_media::Media;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Later than anything in a walk.
pub const LATER: Unix = Unix(1 << 40);

/// What was performed, and for which version of a stream its last restart was. Outlives the process.
#[derive(Default)]
pub struct Performed {
    pub restarts: BTreeMap<(TenantId, StreamId), u32>,
    effects: Vec<(TenantId, Effect)>,
}

/// What the panel's own performer does, and what a walk wants to know.
pub struct Effects {
    pub trace: Arc<Trace>,
    pub clock: Arc<HandClock>,
    pub store: Arc<Gauge>,
    pub media: Arc<Media>,
    pub origins: Arc<Origins>,
    pub tenants: Vec<Premises>,
    pub dice: Mutex<Dice>,
    /// Whether most effects fail, until the walk says otherwise.
    pub fails: AtomicBool,
    pub performed: Arc<Mutex<Performed>>,
}

impl Performer for Effects {
    fn perform(&self, tenant: TenantId, effect: &Effect) -> Result<(), String> {
        let database = if let Effect::EndTenant { .. } = effect { Database::Control } else { Database::Tenant(tenant) };
        let rows = at_once(self.store.outbox(database, NODE, LATER, 1_000)).unwrap();
        let key = (tenant, effect.clone());
        // The outbox may have been quicker than the caller, who then performs it again.
        let is_durable =
            rows.iter().any(|row| row.effect == *effect) || self.performed.lock().unwrap().effects.contains(&key);
        assert!(is_durable, "{effect:?} of tenant {tenant} is performed before its plan is durable");
        if self.fails.load(SeqCst) && !self.dice.lock().unwrap().one_in(4) {
            self.trace.note(format!("effect {effect:?} of {tenant} fails"));
            return Err("not now".into());
        }
        self.trace.note(format!("effect {effect:?} of {tenant} is performed"));
        self.performed.lock().unwrap().effects.push(key);
        match effect {
            Effect::RestartStream { stream } => self.restart(tenant, *stream),
            Effect::EndTenant { tenant } => self.end(*tenant),
            Effect::EndConnections { .. }
            | Effect::EndConnection { .. }
            | Effect::EndProcess { .. }
            | Effect::CheckConnections
            | Effect::ScheduleGuide { .. }
            | Effect::ScheduleProvider { .. }
            | Effect::ScheduleMassEdit { .. } => {}
        }
        Ok(())
    }
}

impl Effects {
    fn end(&self, tenant: TenantId) {
        self.media.end_tenant(tenant);
        let premises = self.tenants.iter().find(|premises| premises.id == tenant).unwrap();
        (0..premises.streams.len()).for_each(|place| self.origins.restarted(&premises.name, place, self.clock.ms()));
    }

    fn restart(&self, tenant: TenantId, stream: StreamId) {
        self.media.restart(tenant, stream);
        let premises = self.tenants.iter().find(|premises| premises.id == tenant).unwrap();
        let place = premises.streams.iter().position(|id| *id == stream.0).unwrap();
        self.origins.restarted(&premises.name, place, self.clock.ms());
        let row = at_once(self.store.get(Database::Tenant(tenant), Scope::Tenant, Key::Stream(stream))).unwrap();
        let version = row.map_or(0, |row| row.version().0);
        self.performed.lock().unwrap().restarts.insert((tenant, stream), version);
    }
}
