//! The routes of one tenant at one moment: which plugin answers which action. A request uses one snapshot from beginning to
//! end.

use crate::assets::Assets;
use crate::body::cache::Bodies;
use crate::permits::Bounds;
use crate::route::{ActivePlugin, Confinement, Route};
use host_core::TenantId;
use host_core::action::{Action, ActionRoute, Method, Reach, Surface};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a tenant's calls share, whichever plugin they go to.
pub(crate) struct Shared {
    /// How many calls the tenant may have at the same moment.
    pub(crate) bounds: Bounds,
    pub(crate) bodies: Arc<Bodies>,
}

/// A surface and who owns it.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceEntry {
    /// Its dialect.
    pub surface: Arc<Surface>,
    /// The plugin that owns it.
    pub plugin: String,
    /// What its answers may do in a browser.
    pub confinement: Confinement,
    /// The plugin's static files.
    pub assets: Arc<Assets>,
}

/// A method and a path that lead to an action, whichever plugin answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionPath {
    /// The surface, below whose mounts the path lies.
    pub surface: String,
    /// The action's name.
    pub action: String,
    /// The plugin that says so.
    pub plugin: String,
    /// Method and path.
    pub route: ActionRoute,
}

/// All routes of a tenant.
pub struct Snapshot {
    /// Grows with every swap.
    pub generation: u64,
    pub(crate) tenant: TenantId,
    pub(crate) shared: Arc<Shared>,
    surfaces: Vec<Arc<SurfaceEntry>>,
    paths: Vec<ActionPath>,
    routes: HashMap<String, Actions>,
    active: Vec<Arc<ActivePlugin>>,
}

#[derive(Default)]
struct Actions {
    names: HashMap<String, Route>,
    /// Alias → name. An alias follows its action to the plugin that answers it.
    aliases: HashMap<String, String>,
}

impl Snapshot {
    /// The surfaces, shipped ones first.
    pub fn surfaces(&self) -> &[Arc<SurfaceEntry>] {
        &self.surfaces
    }

    /// The surface of this name.
    pub fn surface(&self, name: &str) -> Option<&Arc<SurfaceEntry>> {
        self.surfaces.iter().find(|entry| entry.surface.name == name)
    }

    /// The methods and paths of actions, those of shipped plugins first.
    pub fn paths(&self) -> &[ActionPath] {
        &self.paths
    }

    /// Where a call goes, by the action's name or one of its aliases.
    pub fn route(&self, surface: &str, action: &str) -> Option<&Route> {
        let actions = self.routes.get(surface)?;
        actions.names.get(action).or_else(|| actions.names.get(actions.aliases.get(action)?))
    }

    /// Every action that is answered, sorted.
    pub fn actions(&self) -> Vec<&Route> {
        let mut routes: Vec<_> = self.routes.values().flat_map(|actions| actions.names.values()).collect();
        routes.sort_by(|a, b| a.label.cmp(&b.label));
        routes
    }

    /// The plugins that take part.
    pub(crate) fn active(&self) -> &[Arc<ActivePlugin>] {
        &self.active
    }

    /// Lays out the routes. Shipped plugins come first, then foreign ones in the tenant's order, but who answers on
    /// another plugin's surface after that one; what clashes with a plugin before it is left out whole, with the reason.
    pub(crate) fn lay_out(
        generation: u64,
        tenant: TenantId,
        shared: Arc<Shared>,
        plugins: Vec<Arc<ActivePlugin>>,
    ) -> (Snapshot, Vec<(Arc<ActivePlugin>, String)>) {
        let mut snapshot = Snapshot {
            generation,
            tenant,
            shared,
            surfaces: Vec::new(),
            paths: Vec::new(),
            routes: HashMap::new(),
            active: Vec::new(),
        };
        let mut refused = Vec::new();
        let (shipped, foreign) = plugins.into_iter().partition(|plugin| plugin.shipped);
        snapshot.add_all(shipped, &mut refused);
        snapshot.add_all(foreign, &mut refused);
        (snapshot, refused)
    }

    fn add_all(&mut self, mut plugins: Vec<Arc<ActivePlugin>>, refused: &mut Vec<(Arc<ActivePlugin>, String)>) {
        let mut is_last = false;
        while !plugins.is_empty() {
            let count = plugins.len();
            let mut waiting = Vec::new();
            for plugin in plugins {
                if !is_last && !self.has_surfaces_of(&plugin) {
                    waiting.push(plugin);
                    continue;
                }
                match self.clash(&plugin) {
                    Some(reason) => refused.push((plugin, reason)),
                    None => self.add(plugin),
                }
            }
            is_last = waiting.len() == count;
            plugins = waiting;
        }
    }

    /// Whether every surface that a plugin answers on is there, or its own.
    fn has_surfaces_of(&self, plugin: &ActivePlugin) -> bool {
        let others = || self.surfaces.iter().map(|entry| &entry.surface);
        let is_there = |name: &str| plugin.loaded.surfaces.iter().chain(others()).any(|surface| surface.name == name);
        plugin.loaded.actions.iter().all(|action| is_there(&action.surface))
    }

    fn add(&mut self, plugin: Arc<ActivePlugin>) {
        for surface in &plugin.loaded.surfaces {
            let entry = SurfaceEntry {
                surface: Arc::clone(surface),
                plugin: plugin.name().to_owned(),
                confinement: plugin.confinement(&surface.name),
                assets: Arc::clone(&plugin.loaded.assets),
            };
            self.surfaces.push(Arc::new(entry));
        }
        for (action, breaker) in plugin.loaded.actions.iter().zip(&plugin.breakers) {
            let actions = self.routes.entry(action.surface.clone()).or_default();
            for alias in &action.aliases {
                actions.aliases.insert(alias.clone(), action.name.clone());
            }
            for route in &action.routes {
                let (surface, name) = (action.surface.clone(), action.name.clone());
                let path = ActionPath { surface, action: name, plugin: plugin.name().to_owned(), route: route.clone() };
                let is_known = |known: &ActionPath| {
                    (&known.surface, &known.action, &known.route) == (&path.surface, &path.action, &path.route)
                };
                if !self.paths.iter().any(is_known) {
                    self.paths.push(path);
                }
            }
            let route = Route {
                action: Arc::clone(action),
                settings: Arc::clone(&plugin.settings),
                plugin: Arc::clone(&plugin.loaded),
                active: Arc::clone(&plugin),
                breaker: Arc::clone(breaker),
                handed_over: Arc::default(),
                label: format!("{}/{}", action.surface, action.name).into(),
                before: Vec::new(),
            };
            actions.names.insert(action.name.clone(), route);
        }
        self.active.push(plugin);
    }

    /// Why a plugin cannot stand beside those before it.
    fn clash(&self, plugin: &ActivePlugin) -> Option<String> {
        let name = plugin.name();
        if let Some(other) = self.active.iter().find(|other| other.name() == name) {
            let kind = if other.shipped { "a shipped plugin" } else { "another plugin" };
            return Some(format!("{kind} is called {name} too; give it another name"));
        }
        let mounts: BTreeMap<&str, &SurfaceEntry> = self
            .surfaces
            .iter()
            .flat_map(|entry| entry.surface.mounts.iter().map(|mount| (mount.path.as_str(), entry.as_ref())))
            .collect();
        for surface in &plugin.loaded.surfaces {
            if let Some(entry) = self.surfaces.iter().find(|entry| entry.surface.name == surface.name) {
                return Some(format!("the surface {} belongs to the plugin {}", surface.name, entry.plugin));
            }
            for mount in &surface.mounts {
                if let Some(entry) = mounts.get(mount.path.as_str()) {
                    return Some(format!("the path {} belongs to the plugin {}", mount.path, entry.plugin));
                }
                let own = format!("/x/{name}");
                let is_own = mount.path.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                if !plugin.shipped && !is_own {
                    return Some(format!("the path {} is not below /x/{name}/", mount.path));
                }
            }
        }
        plugin.loaded.actions.iter().find_map(|action| self.clash_of(plugin, action))
    }

    fn clash_of(&self, plugin: &ActivePlugin, action: &Action) -> Option<String> {
        let is_own = |surface: &&Arc<Surface>| surface.name == action.surface;
        let others = || self.surfaces.iter().map(|entry| &entry.surface);
        let Some(surface) = plugin.loaded.surfaces.iter().chain(others()).find(is_own) else {
            return Some(format!("no plugin owns the surface {} of its action {}", action.surface, action.name));
        };
        if let Err(reason) = surface.admits(action) {
            return Some(reason);
        }
        if let Some(reason) = self.clash_of_paths(plugin.name(), action) {
            return Some(reason);
        }
        let actions = self.routes.get(&action.surface)?;
        if let Some(route) = actions.names.get(&action.name) {
            if route.active.shipped == plugin.shipped {
                return Some(format!("{} is already answered by the plugin {}", route.label, route.active.name()));
            }
            // Whoever answers in another's place reaches no further than that one did.
            let counted = |action: &Action| {
                let reach = Reach::of(action);
                Reach { rate: Some(reach.rate.unwrap_or(surface.rate)), ..reach }
            };
            if let Some(further) = counted(action).beyond(&counted(&route.action)) {
                return Some(format!("{} reaches further than the action that it replaces: {further}", route.label));
            }
        }
        for alias in &action.aliases {
            let taken = actions.names.contains_key(alias)
                || actions.aliases.get(alias).is_some_and(|name| *name != action.name);
            if taken {
                return Some(format!("{}/{alias}, an alias of its action {}, is taken", action.surface, action.name));
            }
        }
        actions
            .aliases
            .get(&action.name)
            .map(|other| format!("{}/{} is an alias of the action {other}", action.surface, action.name))
    }

    /// A method and path that lead to another action of its surface, or that could take something of it from another
    /// plugin: words win over variable segments only within one plugin.
    fn clash_of_paths(&self, plugin: &str, action: &Action) -> Option<String> {
        let others = self.paths.iter().filter(|path| path.surface == action.surface && path.action != action.name);
        let is_taken = |other: &&ActionPath| {
            action.routes.iter().any(|own| match other.plugin == plugin {
                true => own.meets(&other.route),
                false => own.overlaps(&other.route),
            })
        };
        if let Some(other) = others.into_iter().find(is_taken) {
            let ActionRoute { method, path } = &other.route;
            let of = format!("{method} {path} leads to {}/{}", other.surface, other.action);
            return Some(format!("{of}, not to its action {}", action.name));
        }
        let entry = self.surfaces.iter().find(|entry| entry.surface.name == action.surface)?;
        let path = format!("{}/{{*file}}", entry.surface.assets.as_ref()?);
        let files = ActionRoute { method: Method::Get, path };
        let is_file = action.routes.iter().any(|own| own.overlaps(&files)) && entry.plugin != plugin;
        is_file.then(|| format!("the paths of its action {} are those of the files of {}", action.name, entry.plugin))
    }
}
