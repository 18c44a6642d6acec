//! The route tables of tenants: media routes and the mounts of the surfaces that a tenant has now,
//! built once for each generation of its plugins. Refuses to know requests.

use crate::route::{Clash, Routes};
use arc_swap::ArcSwap;
use host_core::TenantId;
use host_runtime::{Snapshot, SurfaceEntry};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a path leads.
pub(crate) enum Target {
    /// A mount of a surface, by its number.
    Surface(Arc<SurfaceEntry>, usize),
    /// A media route.
    Media(Media),
}

/// The media routes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Media {
    /// A live stream by user name, password and number.
    Live,
    /// A movie or episode, likewise.
    File,
    /// A piece of a playlist of ours, by its token.
    Piece,
}

/// The media routes' paths. The short form of live comes last in every table's order, and the
/// table refuses whatever would share a path with it.
pub(crate) const MEDIA_ROUTES: &[(&str, Media)] = &[
    ("/live/{username}/{password}/{stream#}", Media::Live),
    ("/movie/{username}/{password}/{stream#}", Media::File),
    ("/series/{username}/{password}/{stream#}", Media::File),
    ("/hls/{token}", Media::Piece),
    ("/{username}/{password}/{stream#}", Media::Live),
];

/// A tenant's routes as of a generation of its plugins.
struct Table {
    generation: u64,
    routes: Arc<Routes<Target>>,
}

/// The tables of all tenants. Reading takes no lock.
#[derive(Default)]
pub(crate) struct Mounts {
    tables: ArcSwap<HashMap<TenantId, Arc<Table>>>,
}

impl Mounts {
    /// The tenant's routes under this snapshot.
    pub(crate) fn of(&self, tenant: TenantId, snapshot: &Snapshot) -> Arc<Routes<Target>> {
        if let Some(table) = self.tables.load().get(&tenant)
            && table.generation == snapshot.generation
        {
            return Arc::clone(&table.routes);
        }
        let routes = Arc::new(routes(snapshot.surfaces()));
        let table = Arc::new(Table { generation: snapshot.generation, routes: Arc::clone(&routes) });
        self.tables.rcu(|tables| {
            let mut tables = HashMap::clone(tables);
            // A request that began before a swap must not put the older table back.
            let newer = tables.get(&tenant).is_some_and(|known| known.generation > table.generation);
            if !newer {
                tables.insert(tenant, Arc::clone(&table));
            }
            tables
        });
        routes
    }
}

/// One table. A mount that clashes is left out and named in the log; surfaces come in the order
/// in which they may claim a path, shipped ones first.
fn routes(surfaces: &[Arc<SurfaceEntry>]) -> Routes<Target> {
    let mut routes = Routes::new();
    for (path, media) in MEDIA_ROUTES {
        // The fixed routes do not clash; a test says so.
        let _ = routes.add(path, Target::Media(*media));
    }
    for entry in surfaces {
        for (index, mount) in entry.surface.mounts.iter().enumerate() {
            match routes.add(&mount.path, Target::Surface(Arc::clone(entry), index)) {
                Ok(()) => {}
                Err(Clash::With(other)) => {
                    tracing::warn!(
                        plugin = entry.plugin,
                        path = mount.path,
                        other,
                        "a mount is left out: another route has its paths"
                    );
                }
                Err(Clash::Unreserved) => {
                    tracing::warn!(
                        plugin = entry.plugin,
                        path = mount.path,
                        "a mount is left out: its first segment could be a user's name; put it below /x/"
                    );
                }
            }
        }
    }
    routes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_routes_share_no_path() {
        let mut routes = Routes::new();
        for (path, media) in MEDIA_ROUTES {
            assert_eq!(routes.add(path, *media), Ok(()), "{path}");
        }
        assert_eq!(routes.find("/live/u/p/7.ts").map(|found| *found.target), Some(Media::Live));
        assert_eq!(routes.find("/u/p/7").map(|found| found.template), Some("/{username}/{password}/{stream#}"));
    }
}
