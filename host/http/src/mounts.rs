//! The route tables of tenants: media routes and the mounts of the surfaces that a tenant has now, built once for all
//! tenants that have the same plugins.

use crate::config::MEDIA;
use crate::docs::{self, DOCS, Docs};
use crate::methods::Methods;
use crate::route::{Clash, Routes};
use arc_swap::ArcSwap;
use host_core::action::{Mount, Selector, Surface};
use host_runtime::{ActionPath, Layout, SurfaceEntry};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// Where a path leads.
pub(crate) enum Target {
    /// A surface.
    Surface(SurfacePath),
    /// The static files of a surface's plugin.
    Assets(Arc<SurfaceEntry>),
    /// A media route.
    Media(Media),
    /// The documents of surfaces.
    Docs(Docs),
}

/// A path of a surface: a mount, or a route of an action below one.
#[derive(Clone)]
pub(crate) struct SurfacePath {
    /// The surface.
    pub(crate) entry: Arc<SurfaceEntry>,
    /// The action, where the path says it.
    pub(crate) action: Option<String>,
    /// The action that answers names that no action has, where that is another one here than elsewhere.
    pub(crate) fallback: Option<String>,
    /// Whether the action's own route led here: then the method is as described.
    pub(crate) is_route: bool,
    /// How many segments the mount has: places of answers lie below them.
    pub(crate) mount: usize,
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
    /// A live stream whose number stands in the query.
    LiveByQuery,
    /// A movie, likewise.
    MovieByQuery,
}

/// The media routes' paths. The short form of live comes last in every table's order, and the
/// table refuses whatever would share a path with it.
pub(crate) const MEDIA_ROUTES: &[(&str, Media)] = &[
    ("/live/{username}/{password}/{stream#}", Media::Live),
    ("/movie/{username}/{password}/{stream#}", Media::File),
    ("/series/{username}/{password}/{stream#}", Media::File),
    ("/hls/{token}", Media::Piece),
    ("/streaming/live.php", Media::LiveByQuery),
    ("/streaming/vod.php", Media::MovieByQuery),
    ("/{username}/{password}/{stream#}", Media::Live),
];

/// The routes of a layout.
#[derive(Clone)]
struct Table {
    layout: Weak<Layout>,
    routes: Arc<Routes<Target>>,
}

/// The tables of all layouts that tenants have, by their numbers. Reading takes no lock.
#[derive(Default)]
pub(crate) struct Mounts {
    tables: ArcSwap<HashMap<u64, Table>>,
    /// One builds a layout's table, off the threads that answer requests; the others who want it wait for it.
    building: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
}

impl Mounts {
    /// The routes of a layout.
    pub(crate) async fn of(&self, layout: &Arc<Layout>) -> Arc<Routes<Target>> {
        if let Some(routes) = self.built(layout) {
            return routes;
        }
        let turn = Arc::clone(self.building.lock().entry(layout.number).or_default());
        let _turn = turn.lock().await;
        if let Some(routes) = self.built(layout) {
            self.building.lock().remove(&layout.number);
            return routes;
        }
        let described = Arc::clone(layout);
        let built = tokio::task::spawn_blocking(move || routes(&described)).await;
        let routes = Arc::new(built.unwrap_or_else(|error| {
            tracing::error!(%error, "a route table could not be built");
            Routes::new()
        }));
        self.tables.rcu(|tables| {
            let in_use = tables.iter().filter(|(_, table)| table.layout.strong_count() > 0);
            let mut tables: HashMap<_, _> = in_use.map(|(number, table)| (*number, table.clone())).collect();
            tables.insert(layout.number, Table { layout: Arc::downgrade(layout), routes: Arc::clone(&routes) });
            tables
        });
        // Whoever waits has the turn, and finds the table.
        self.building.lock().remove(&layout.number);
        routes
    }

    fn built(&self, layout: &Layout) -> Option<Arc<Routes<Target>>> {
        self.tables.load().get(&layout.number).map(|table| Arc::clone(&table.routes))
    }
}

/// One table. A path that clashes is left out and named in the log; surfaces come in the order
/// in which they may claim a path, shipped ones first.
fn routes(layout: &Layout) -> Routes<Target> {
    let mut routes = Routes::new();
    for (path, media) in MEDIA_ROUTES {
        // The fixed routes do not clash; a test says so.
        let _ = routes.add(Methods::ASKED, path, MEDIA, Target::Media(*media));
    }
    for (path, docs) in docs::ROUTES {
        let _ = routes.add(Methods::READ, path, DOCS, Target::Docs(*docs));
    }
    for entry in layout.surfaces() {
        for mount in &entry.surface.mounts {
            let at = SurfacePath {
                entry: Arc::clone(entry),
                action: mount.action.clone(),
                fallback: mount.fallback.clone(),
                is_route: false,
                mount: mount.path.split('/').filter(|segment| !segment.is_empty()).count(),
            };
            if mount.action.is_some() || entry.surface.selector.is_some() {
                add(&mut routes, Methods::ASKED, &mount.path, entry, Target::Surface(at.clone()));
            }
            let base = mount.path.trim_end_matches('/');
            for path in entry.surface.assets.iter().flat_map(|assets| [assets.clone(), format!("{assets}/{{*file}}")]) {
                add(&mut routes, Methods::READ, &format!("{base}{path}"), entry, Target::Assets(Arc::clone(entry)));
            }
            let below = layout.paths().iter().filter(|path| path.surface == entry.surface.name);
            for ActionPath { action, route, .. } in below.filter(|_| mount.action.is_none()) {
                let path = format!("{base}{}", route.path);
                let at = SurfacePath { action: Some(action.clone()), is_route: true, ..at.clone() };
                add(&mut routes, Methods::one(route.method), &path, entry, Target::Surface(at));
            }
            for path in named_in_path(&entry.surface, mount) {
                add(&mut routes, Methods::ASKED, &path, entry, Target::Surface(at.clone()));
            }
        }
    }
    routes
}

/// The paths below a mount in which the words stand that name an action, where parameters name it otherwise: as scripts
/// of PHP find theirs behind their own name. Documents tell of these, because a path there has no query.
fn named_in_path(surface: &Surface, mount: &Mount) -> Vec<String> {
    let Some(Selector::Parameters { names }) = &surface.selector else { return Vec::new() };
    let in_mount = |name: &String| mount.path.contains(&format!("{{{name}}}"));
    if mount.action.is_some() || names.iter().any(in_mount) {
        return Vec::new();
    }
    let mut path = mount.path.trim_end_matches('/').to_owned();
    let below = names.iter().map(|name| {
        path.push_str(&format!("/{{{name}}}"));
        path.clone()
    });
    below.filter(|path| !surface.mounts.iter().any(|other| other.path == *path)).collect()
}

fn add(routes: &mut Routes<Target>, methods: Methods, path: &str, of: &SurfaceEntry, target: Target) {
    let plugin = of.plugin.as_str();
    match routes.add(methods, path, &of.surface.name, target) {
        Ok(()) => {}
        Err(Clash::With(other)) => {
            tracing::warn!(plugin, path, other, "a path is left out: another route has it");
        }
        Err(Clash::Unreserved) => {
            tracing::warn!(
                plugin,
                path,
                "a path is left out: its first segment could be a user's name; put it below /x/"
            );
        }
        Err(Clash::NoPath) => {
            tracing::warn!(
                plugin,
                path,
                "a path is left out: a brace stands inside of a segment, or something behind a {{*tail}}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The paths of all mounts of the shipped plugins, as their descriptions have them.
    fn shipped() -> Vec<String> {
        let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
        let mut paths = Vec::new();
        for folder in std::fs::read_dir(plugins).unwrap() {
            let Ok(text) = std::fs::read_to_string(folder.unwrap().path().join("actions.toml")) else { continue };
            for surface in text.split("[[surface]]").skip(1) {
                let (_, rest) = surface.split_once("mounts = [").expect("a surface has mounts");
                let (mounts, _) = rest.split_once(']').expect("and they end");
                let found: Vec<_> =
                    mounts.split("path = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
                assert_eq!(found.len(), mounts.matches('{').count() - found.join("").matches('{').count(), "{mounts}");
                paths.extend(found.into_iter().map(str::to_owned));
            }
        }
        assert!(!paths.is_empty());
        paths
    }

    /// The media routes and the shipped mounts in one table, as every tenant has them.
    fn table() -> (Routes<usize>, Vec<String>) {
        let own = MEDIA_ROUTES.iter().map(|(path, _)| *path).chain(docs::ROUTES.iter().map(|(path, _)| *path));
        let paths: Vec<_> = own.map(str::to_owned).chain(shipped()).collect();
        let mut routes = Routes::new();
        for (index, path) in paths.iter().enumerate() {
            assert_eq!(routes.add(Methods::ASKED, path, path, index), Ok(()), "{path}");
        }
        (routes, paths)
    }

    /// The paths of a template, with each of the words in each of its variable segments.
    fn filled(template: &str, words: &BTreeSet<String>) -> Vec<String> {
        let mut paths = vec![String::new()];
        for segment in template.trim_start_matches('/').split('/') {
            let choices: Vec<&str> = match segment.starts_with('{') {
                true => words.iter().map(String::as_str).collect(),
                false => vec![segment],
            };
            paths = paths.iter().flat_map(|path| choices.iter().map(move |word| format!("{path}/{word}"))).collect();
        }
        paths
    }

    #[tokio::test]
    async fn a_layout_has_one_table_as_long_as_a_tenant_has_it() {
        let numbered = |number| {
            let mut layout = Layout::default();
            layout.number = number;
            Arc::new(layout)
        };
        let (mounts, one, two) = (Mounts::default(), numbered(1), numbered(2));
        let table = mounts.of(&one).await;
        assert!(Arc::ptr_eq(&table, &mounts.of(&one).await));
        assert!(!Arc::ptr_eq(&table, &mounts.of(&two).await));
        drop(one);
        mounts.of(&numbered(3)).await;
        let mut left: Vec<u64> = mounts.tables.load().keys().copied().collect();
        left.sort();
        assert_eq!(left, [2, 3]);
        assert!(mounts.building.lock().is_empty());
    }

    #[test]
    fn no_two_routes_of_media_and_shipped_plugins_answer_one_path() {
        let (routes, templates) = table();
        let literals = templates.iter().flat_map(|path| path.split('/')).filter(|part| !part.starts_with('{'));
        // Every word that some route means, and words that only variables take.
        let mut words: BTreeSet<String> = literals.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        words.extend(["101", "101.ts", "abcdefgh", "index"].map(str::to_owned));
        for template in &templates {
            for path in filled(template, &words) {
                let takers = routes.takers(&path);
                assert!(takers.len() <= 1, "{path}: {takers:?}");
                assert_eq!(
                    routes.find(&http::Method::GET, &path).map(|found| found.place.route.as_str()),
                    takers.first().copied(),
                    "{path}"
                );
            }
        }
    }

    #[test]
    fn each_media_route_and_shipped_mount_can_be_reached() {
        let (routes, templates) = table();
        for (index, template) in templates.iter().enumerate() {
            let values = [("{code}", "s3cretcode"), ("{stream#}", "7.ts")];
            let path = values.iter().fold(template.clone(), |path, (name, value)| path.replace(name, value));
            let path = path.replace(['{', '}'], "");
            assert_eq!(routes.find(&http::Method::GET, &path).map(|found| *found.target), Some(index), "{path}");
        }
    }

    #[test]
    fn a_mount_that_clashes_with_media_or_a_shipped_one_is_not_added() {
        for (path, other) in [
            ("/live/{a}/{b}/{c#}", "/live/{username}/{password}/{stream#}"),
            ("/get.php", "/get.php"),
            ("/{code}/{surface}/{file#}", "/{username}/{password}/{stream#}"),
        ] {
            assert_eq!(table().0.add(Methods::ASKED, path, "new", 0), Err(Clash::With(other.to_owned())), "{path}");
        }
    }
}
