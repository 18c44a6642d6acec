//! What a description gives its plugin power over: which actions it answers, for whom, at which paths, for how
//! long. The operator grants it as they grant functions.

pub use crate::reach::Reach;

use super::listed::{HTML, content_type};
use super::{Action, Budget, Description};
use crate::grant::Grant;

impl Description {
    /// All that it asks for.
    pub fn asks(&self) -> Grant {
        let routes =
            self.actions.iter().map(|action| (format!("{}/{}", action.surface, action.name), Reach::of(action)));
        let mounts = self.surfaces.iter().flat_map(|surface| &surface.mounts).map(|mount| mount.path.clone());
        let budgets = self.actions.iter().map(|action| action.budget).filter(|budget| *budget != Budget::Fast);
        let shows_pages = |action: &&Action| {
            let kind = action.reply.content_type.as_deref();
            kind.and_then(content_type) == Some(HTML)
        };
        // Pages may be among them.
        let with_files = self.surfaces.iter().filter(|surface| surface.assets.is_some());
        let with_files = with_files.map(|surface| surface.name.clone());
        Grant {
            routes: routes.collect(),
            mounts: mounts.collect(),
            budgets: budgets.collect(),
            html: self
                .actions
                .iter()
                .filter(shows_pages)
                .map(|action| action.surface.clone())
                .chain(with_files)
                .collect(),
            ..Grant::default()
        }
    }
}
