//! Where the routes of a list of plugins lie: which of them answers which action, by which paths.

use crate::assets::Assets;
use crate::route::Confinement;
use host_core::action::{ActionRoute, Surface};
use std::collections::HashMap;
use std::sync::Arc;

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

/// The routes of a list of plugins. Tenants whose plugins are the same have one layout, and what is made from it is
/// theirs together.
#[derive(Default)]
pub struct Layout {
    /// No other layout of the process has it, not even one that is gone.
    pub number: u64,
    pub(crate) surfaces: Vec<Arc<SurfaceEntry>>,
    pub(crate) paths: Vec<ActionPath>,
    /// The names of actions, by surface.
    pub(crate) names: HashMap<String, Names>,
    /// Who answers each action.
    pub(crate) answers: Vec<Answer>,
    /// The plugins that take part, by their places in the list, in their order.
    pub(crate) taking_part: Vec<usize>,
    /// Those that are left out, with the reason.
    pub(crate) refused: Vec<(usize, String)>,
}

/// Who answers an action.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    /// A place in the list of plugins.
    pub(crate) plugin: usize,
    /// A place in that plugin's list of actions.
    pub(crate) action: usize,
}

/// What the actions of a surface are called.
#[derive(Default)]
pub(crate) struct Names {
    /// Name → place among the answers.
    pub(crate) names: HashMap<String, usize>,
    /// Alias → name. An alias follows its action to the plugin that answers it.
    pub(crate) aliases: HashMap<String, String>,
}

impl Layout {
    /// The surfaces, shipped ones first.
    pub fn surfaces(&self) -> &[Arc<SurfaceEntry>] {
        &self.surfaces
    }

    /// The methods and paths of actions, those of shipped plugins first.
    pub fn paths(&self) -> &[ActionPath] {
        &self.paths
    }

    /// The place among the answers of an action, by its name or one of its aliases.
    pub(crate) fn answer(&self, surface: &str, action: &str) -> Option<usize> {
        let Names { names, aliases } = self.names.get(surface)?;
        names.get(action).or_else(|| names.get(aliases.get(action)?)).copied()
    }
}
