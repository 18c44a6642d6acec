//! Lays the routes of plugins out beside each other, once for all tenants that have the same ones.

use crate::layout::{ActionPath, Answer, Layout, SurfaceEntry};
use crate::route::ActivePlugin;
use host_core::action::{Action, ActionRoute, Method, Reach, Surface};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// All that a layout is made from: the plugins by their digests, which of them came with the host, and the surfaces whose pages
/// may run.
type Key = Vec<([u8; 32], bool, BTreeSet<String>)>;

/// The layouts of all tenants, as long as one has them.
#[derive(Default)]
pub(crate) struct Layouts {
    known: Mutex<HashMap<Key, Weak<Layout>>>,
    count: AtomicU64,
}

impl Layouts {
    /// The layout of a list of plugins. Shipped plugins come first, then foreign ones in the tenant's order, but who answers on
    /// another plugin's surface after that one; what clashes with a plugin before it is left out whole, with the reason.
    pub(crate) fn of(&self, plugins: &[Arc<ActivePlugin>]) -> Arc<Layout> {
        let of_one = |plugin: &Arc<ActivePlugin>| (plugin.loaded.digest, plugin.shipped, plugin.grant.html.clone());
        let key: Key = plugins.iter().map(of_one).collect();
        if let Some(layout) = self.known.lock().get(&key).and_then(Weak::upgrade) {
            return layout;
        }
        let mut draft = Draft::default();
        let (shipped, foreign) = plugins.iter().map(Arc::as_ref).enumerate().partition(|(_, plugin)| plugin.shipped);
        draft.add_all(shipped);
        draft.add_all(foreign);
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let taking_part = draft.active.iter().map(|(place, _)| *place).collect();
        let layout = Arc::new(Layout { number, taking_part, ..draft.layout });
        let mut known = self.known.lock();
        known.retain(|_, layout| layout.strong_count() > 0);
        known.insert(key, Arc::downgrade(&layout));
        layout
    }
}

/// A layout in the making. Plugins stand with their places in the list.
#[derive(Default)]
struct Draft<'p> {
    layout: Layout,
    active: Vec<(usize, &'p ActivePlugin)>,
    /// Who answers each action, in the order of the layout's answers.
    answers: Vec<(&'p ActivePlugin, &'p Action)>,
}

impl<'p> Draft<'p> {
    fn add_all(&mut self, mut plugins: Vec<(usize, &'p ActivePlugin)>) {
        let mut is_last = false;
        while !plugins.is_empty() {
            let count = plugins.len();
            let mut waiting = Vec::new();
            for (place, plugin) in plugins {
                if !is_last && !self.has_surfaces_of(plugin) {
                    waiting.push((place, plugin));
                    continue;
                }
                match self.clash(plugin) {
                    Some(reason) => self.layout.refused.push((place, reason)),
                    None => self.add(place, plugin),
                }
            }
            is_last = waiting.len() == count;
            plugins = waiting;
        }
    }

    /// Whether every surface that a plugin answers on is there, or its own.
    fn has_surfaces_of(&self, plugin: &ActivePlugin) -> bool {
        let others = || self.layout.surfaces.iter().map(|entry| &entry.surface);
        let is_there = |name: &str| plugin.loaded.surfaces.iter().chain(others()).any(|surface| surface.name == name);
        plugin.loaded.actions.iter().all(|action| is_there(&action.surface))
    }

    fn add(&mut self, place: usize, plugin: &'p ActivePlugin) {
        for surface in &plugin.loaded.surfaces {
            let entry = SurfaceEntry {
                surface: Arc::clone(surface),
                plugin: plugin.name().to_owned(),
                confinement: plugin.confinement(&surface.name),
                assets: Arc::clone(&plugin.loaded.assets),
            };
            self.layout.surfaces.push(Arc::new(entry));
        }
        for (at, action) in plugin.loaded.actions.iter().enumerate() {
            for route in &action.routes {
                let (surface, name) = (action.surface.clone(), action.name.clone());
                let path = ActionPath { surface, action: name, plugin: plugin.name().to_owned(), route: route.clone() };
                let is_known = |known: &ActionPath| {
                    (&known.surface, &known.action, &known.route) == (&path.surface, &path.action, &path.route)
                };
                if !self.layout.paths.iter().any(is_known) {
                    self.layout.paths.push(path);
                }
            }
            let names = self.layout.names.entry(action.surface.clone()).or_default();
            for alias in &action.aliases {
                names.aliases.insert(alias.clone(), action.name.clone());
            }
            names.names.insert(action.name.clone(), self.answers.len());
            self.layout.answers.push(Answer { plugin: place, action: at });
            self.answers.push((plugin, action));
        }
        self.active.push((place, plugin));
    }

    /// Why a plugin cannot stand beside those before it.
    fn clash(&self, plugin: &ActivePlugin) -> Option<String> {
        let name = plugin.name();
        if let Some((_, other)) = self.active.iter().find(|(_, other)| other.name() == name) {
            let kind = if other.shipped { "a shipped plugin" } else { "another plugin" };
            return Some(format!("{kind} is called {name} too; give it another name"));
        }
        let mounts: BTreeMap<&str, &SurfaceEntry> = self
            .layout
            .surfaces
            .iter()
            .flat_map(|entry| entry.surface.mounts.iter().map(|mount| (mount.path.as_str(), entry.as_ref())))
            .collect();
        for surface in &plugin.loaded.surfaces {
            if let Some(entry) = self.layout.surfaces.iter().find(|entry| entry.surface.name == surface.name) {
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
        let others = || self.layout.surfaces.iter().map(|entry| &entry.surface);
        let Some(surface) = plugin.loaded.surfaces.iter().chain(others()).find(is_own) else {
            return Some(format!("no plugin owns the surface {} of its action {}", action.surface, action.name));
        };
        if let Err(reason) = surface.admits(action) {
            return Some(reason);
        }
        if let Some(reason) = self.clash_of_paths(plugin.name(), action) {
            return Some(reason);
        }
        let actions = self.layout.names.get(&action.surface)?;
        let known = actions.names.get(&action.name).and_then(|at| self.answers.get(*at));
        if let Some((other, before)) = known {
            let label = format!("{}/{}", before.surface, before.name);
            if other.shipped == plugin.shipped {
                return Some(format!("{label} is already answered by the plugin {}", other.name()));
            }
            // Whoever answers in another's place reaches no further than that one did.
            let counted = |action: &Action| {
                let reach = Reach::of(action);
                Reach { rate: Some(reach.rate.unwrap_or(surface.rate)), ..reach }
            };
            if let Some(further) = counted(action).beyond(&counted(before)) {
                return Some(format!("{label} reaches further than the action that it replaces: {further}"));
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
        let others =
            self.layout.paths.iter().filter(|path| path.surface == action.surface && path.action != action.name);
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
        let entry = self.layout.surfaces.iter().find(|entry| entry.surface.name == action.surface)?;
        let path = format!("{}/{{*file}}", entry.surface.assets.as_ref()?);
        let files = ActionRoute { method: Method::Get, path };
        let is_file = action.routes.iter().any(|own| own.overlaps(&files)) && entry.plugin != plugin;
        is_file.then(|| format!("the paths of its action {} are those of the files of {}", action.name, entry.plugin))
    }
}
