//! The routes of one tenant at one moment: which plugin answers which action. A request uses one snapshot from beginning to
//! end.

use crate::body::cache::Bodies;
use crate::lay_out::Layouts;
use crate::layout::{ActionPath, Layout, SurfaceEntry};
use crate::permits::Bounds;
use crate::route::{ActivePlugin, Route};
use host_core::TenantId;
use host_core::action::Action;
use host_core::grant::Grant;
use serde::Serialize;
use std::sync::Arc;

/// What a tenant's calls share, whichever plugin they go to.
pub(crate) struct Shared {
    /// How many calls the tenant may have at the same moment.
    pub(crate) bounds: Bounds,
    pub(crate) bodies: Arc<Bodies>,
}

/// All routes of a tenant.
pub struct Snapshot {
    /// Grows with every swap.
    pub generation: u64,
    pub(crate) tenant: TenantId,
    pub(crate) shared: Arc<Shared>,
    layout: Arc<Layout>,
    /// In the order of the layout's answers.
    routes: Vec<Route>,
    active: Vec<Arc<ActivePlugin>>,
}

/// Who answers an action and why, for people.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// `reseller/create_line`.
    pub action: String,
    /// The plugin that answers.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub digest: String,
    /// Whether it came with the host.
    pub shipped: bool,
    /// The shipped plugin whose answer it replaces.
    pub replaces: Option<String>,
    /// The action's description.
    pub description: Action,
    /// What the plugin may do.
    pub granted: Grant,
}

impl Snapshot {
    /// What the tenant's routes have in common with those of others.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The surfaces, shipped ones first.
    pub fn surfaces(&self) -> &[Arc<SurfaceEntry>] {
        self.layout.surfaces()
    }

    /// The surface of this name.
    pub fn surface(&self, name: &str) -> Option<&Arc<SurfaceEntry>> {
        self.surfaces().iter().find(|entry| entry.surface.name == name)
    }

    /// The methods and paths of actions, those of shipped plugins first.
    pub fn paths(&self) -> &[ActionPath] {
        self.layout.paths()
    }

    /// Where a call goes, by the action's name or one of its aliases.
    pub fn route(&self, surface: &str, action: &str) -> Option<&Route> {
        self.routes.get(self.layout.answer(surface, action)?)
    }

    /// Every action that is answered, sorted.
    pub fn actions(&self) -> Vec<&Route> {
        let named = self.layout.names.values().flat_map(|names| names.names.values());
        let mut routes: Vec<_> = named.filter_map(|at| self.routes.get(*at)).collect();
        routes.sort_by(|a, b| a.label.cmp(&b.label));
        routes
    }

    /// Who answers an action, and whom it replaces.
    pub fn explain(&self, surface: &str, action: &str) -> Option<Explained> {
        let route = self.route(surface, action)?;
        let answers = |plugin: &&Arc<ActivePlugin>| {
            plugin.loaded.actions.iter().any(|a| a.surface == route.action.surface && a.name == route.action.name)
        };
        let replaced = self.active.iter().filter(answers).find(|plugin| plugin.name() != route.active.name());
        Some(Explained {
            action: route.label.to_string(),
            plugin: route.active.name().to_owned(),
            version: route.plugin.manifest.version.clone(),
            digest: route.plugin.digest_hex(),
            shipped: route.active.shipped,
            replaces: replaced.map(|plugin| plugin.name().to_owned()),
            description: Action::clone(&route.action),
            granted: (*route.active.grant).clone(),
        })
    }

    /// The plugins that take part.
    pub(crate) fn active(&self) -> &[Arc<ActivePlugin>] {
        &self.active
    }

    /// Lays the routes of plugins out. Those that clash with one before them are left out, with the reason.
    pub(crate) fn lay_out(
        generation: u64,
        tenant: TenantId,
        shared: Arc<Shared>,
        plugins: &[Arc<ActivePlugin>],
        layouts: &Layouts,
    ) -> (Snapshot, Vec<(Arc<ActivePlugin>, String)>) {
        let layout = layouts.of(plugins);
        // The layout is that of plugins with these digests: each place is one of theirs.
        let answers = layout.answers.iter();
        let routes = answers.filter_map(|answer| ActivePlugin::route(plugins.get(answer.plugin)?, answer.action));
        let active = layout.taking_part.iter().filter_map(|place| plugins.get(*place).cloned());
        let refused = layout.refused.iter();
        let refused = refused.filter_map(|(place, reason)| Some((Arc::clone(plugins.get(*place)?), reason.clone())));
        let (routes, active, refused) = (routes.collect(), active.collect(), refused.collect());
        (Snapshot { generation, tenant, shared, layout, routes, active }, refused)
    }
}
