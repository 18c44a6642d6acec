//! Where a call goes: an active plugin of a tenant, and one of its actions.

use crate::breaker::{Breaker, BreakerState};
use crate::health::{CallCounters, TrippedAction};
use crate::loaded::LoadedPlugin;
use crate::log::Ring;
use crate::permits::Bounds;
use crate::plugin_settings::PluginSettings;
use crate::slow_lane::HandedOver;
use host_core::action::Action;
use host_core::grant::Grant;
use std::sync::Arc;
use std::time::Duration;

/// A plugin that takes part in a tenant: loaded, with what the tenant's operator granted.
pub(crate) struct ActivePlugin {
    pub(crate) loaded: Arc<LoadedPlugin>,
    /// Shipped plugins give way to foreign ones.
    pub(crate) shipped: bool,
    pub(crate) grant: Arc<Grant>,
    pub(crate) settings: Arc<PluginSettings>,
    /// One for each action of the plugin, in its order.
    pub(crate) states: Vec<Arc<ActionState>>,
    pub(crate) counters: CallCounters,
    /// How many of its calls may run at the same moment.
    pub(crate) bounds: Bounds,
    pub(crate) log: Arc<Ring>,
}

/// What is known of an action in one tenant.
#[derive(Default)]
pub(crate) struct ActionState {
    pub(crate) breaker: Breaker,
    /// Its calls that are on the slow lane.
    pub(crate) handed_over: HandedOver,
}

impl ActivePlugin {
    /// Where the calls of one of its actions go.
    pub(crate) fn route(this: &Arc<ActivePlugin>, action: usize) -> Option<Route> {
        Some(Route {
            action: Arc::clone(this.loaded.actions.get(action)?),
            plugin: Arc::clone(&this.loaded),
            active: Arc::clone(this),
            state: Arc::clone(this.states.get(action)?),
            label: Arc::clone(this.loaded.labels.get(action)?),
            before: Vec::new(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.loaded.manifest.name
    }

    /// What its answers on a surface may do in a browser.
    pub(crate) fn confinement(&self, surface: &str) -> Confinement {
        match self.shipped {
            true => Confinement::None,
            false if self.grant.html.contains(surface) => Confinement::Pages,
            false => Confinement::Sandbox,
        }
    }

    /// Its actions whose breaker is not closed at `now`.
    pub(crate) fn tripped(&self, now: Duration) -> Vec<TrippedAction> {
        let actions = self.loaded.labels.iter().zip(&self.states);
        let states = actions
            .map(|(label, state)| TrippedAction { action: label.to_string(), breaker: state.breaker.state(now) });
        states.filter(|action| action.breaker != BreakerState::Closed).collect()
    }
}

/// What the answers of a plugin may do in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    /// Nothing is forbidden: the plugin came with the host.
    None,
    /// They are shown, and nothing in them runs.
    Sandbox,
    /// Pages of its own below its own paths, as granted.
    Pages,
}

/// Where a call of an action goes.
#[derive(Clone)]
pub struct Route {
    /// The action.
    pub action: Arc<Action>,
    /// The plugin that answers it.
    pub plugin: Arc<LoadedPlugin>,
    pub(crate) active: Arc<ActivePlugin>,
    pub(crate) state: Arc<ActionState>,
    /// `reseller/create_line`: what the audit calls it.
    pub(crate) label: Arc<str>,
    /// Guests that are asked before this one, in the same plan and on the same budget.
    pub(crate) before: Vec<Route>,
}

impl Route {
    /// The same, with another guest that is asked before it and whose success is what lets this one answer: one call,
    /// one plan, one budget (`wit/PENDING.md`). What the other answers is not looked at. No tenant has such routes
    /// before there are steps, which will also have to say whose breaker and log a failure of the other counts in: today it is
    /// this one's.
    pub fn after(mut self, other: Route) -> Route {
        self.before.push(other);
        self
    }

    /// What its answers may do in a browser.
    pub fn confinement(&self) -> Confinement {
        self.active.confinement(&self.action.surface)
    }
}
