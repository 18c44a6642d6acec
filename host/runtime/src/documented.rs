//! OpenAPI documents of surfaces: of a tenant's as they are answered now, and of what plugins describe that no tenant has
//! asked for.

use crate::snapshot::Snapshot;
use host_core::action::{Action, Description, Surface};
use host_core::openapi::{self, Answered};
use serde_json::Value;

/// Which of a tenant's plugins a document tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// Those that came with the host, as they came: what everybody can know.
    Shipped,
    /// All, each action as it is answered now.
    All,
}

impl Snapshot {
    /// The surfaces that documents tell of, in the order of the tenant's routes.
    pub fn documented(&self, told: Told) -> impl Iterator<Item = &Surface> {
        let is_told = move |surface: &&Surface| match told {
            Told::All => true,
            Told::Shipped => self.shipped_surface(&surface.name).is_some(),
        };
        self.surfaces().iter().map(|entry| &*entry.surface).filter(is_told)
    }

    /// What documents are made of: where it is the same, so are they. That of shipped plugins is one for all tenants that
    /// have all of them.
    pub fn made_of(&self, told: Told) -> String {
        match told {
            Told::All => self.layout().number.to_string(),
            Told::Shipped => {
                let shipped = self.active().iter().filter(|plugin| plugin.shipped);
                shipped.map(|plugin| plugin.loaded.digest_hex()).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The document of a surface; none where there is no such surface to tell of.
    pub fn document(&self, surface: &str, told: Told) -> Option<Value> {
        if told == Told::Shipped {
            let shipped = self.active().iter().filter(|plugin| plugin.shipped);
            let actions =
                shipped.flat_map(|plugin| plugin.loaded.actions.iter().map(|action| (plugin.name(), &**action)));
            return Some(described(self.shipped_surface(surface)?, actions));
        }
        let entry = self.surface(surface)?;
        let routes = self.actions().into_iter().filter(|route| route.action.surface == surface);
        let answered = routes.map(|route| {
            let leading =
                self.paths().iter().filter(|path| path.surface == surface && path.action == route.action.name);
            Answered {
                action: &route.action,
                routes: leading.map(|path| &path.route).collect(),
                plugin: &route.plugin.manifest.name,
            }
        });
        Some(openapi::document(&entry.surface, &answered.collect::<Vec<_>>()))
    }

    fn shipped_surface(&self, name: &str) -> Option<&Surface> {
        let shipped = self.active().iter().filter(|plugin| plugin.shipped);
        shipped
            .flat_map(|plugin| &plugin.loaded.surfaces)
            .find(|surface| surface.name == name)
            .map(|surface| &**surface)
    }
}

/// The document of a surface, as these plugins describe it and its actions; each has its name. None where none of them
/// describes it.
pub fn document(plugins: &[(String, Description)], surface: &str) -> Option<Value> {
    let owned = plugins.iter().flat_map(|(_, description)| &description.surfaces).find(|own| own.name == surface)?;
    let actions =
        plugins.iter().flat_map(|(name, description)| description.actions.iter().map(|action| (name.as_str(), action)));
    Some(described(owned, actions))
}

fn described<'d>(surface: &'d Surface, actions: impl Iterator<Item = (&'d str, &'d Action)>) -> Value {
    let own = actions.filter(|(_, action)| action.surface == surface.name);
    let mut answered: Vec<_> =
        own.map(|(plugin, action)| Answered { action, routes: action.routes.iter().collect(), plugin }).collect();
    answered.sort_by(|a, b| a.action.name.cmp(&b.action.name));
    openapi::document(surface, &answered)
}
