//! Which route a method and a path lead to: the fixed ones of media, the mounts of a tenant's surfaces and the
//! routes of their actions, in one table that refuses two owners for one path.

mod segment;
#[cfg(test)]
mod tests;

pub(crate) use segment::{first_segment, stream_file};

use crate::methods::Methods;
use host_core::reserved::is_reserved;
use host_engine::LoggedPlace;
use segment::{Segment, captures, overlap, segment, shape, split, tidied};
use std::collections::HashMap;
use std::sync::Arc;

/// What leads somewhere: the methods that do, and what the variable segments are called.
struct Way<T> {
    methods: Methods,
    place: Arc<LoggedPlace>,
    segments: Vec<Segment>,
    target: T,
}

/// All ways of paths that look alike.
struct PathShape<T> {
    owner: String,
    ways: Vec<Way<T>>,
}

/// The table of one tenant.
pub(crate) struct Routes<T> {
    /// Finds the place of a path in lower case; words win over variable segments.
    router: matchit::Router<usize>,
    places: Vec<PathShape<T>>,
    /// Places by their paths with the names of variable segments left out.
    shapes: HashMap<String, usize>,
}

/// Where a request leads.
pub(crate) struct Found<'t, 'p, T> {
    /// What answers.
    pub(crate) target: &'t T,
    /// Whose route it is, and the route as it was written, for logs.
    pub(crate) place: &'t Arc<LoggedPlace>,
    /// The variable segments, raw.
    pub(crate) captures: Vec<(&'t str, &'p str)>,
    /// The methods that lead somewhere from this path.
    pub(crate) methods: Methods,
    /// Whether the request's method is one of them; the target is then its own, else that of another method.
    pub(crate) is_allowed: bool,
}

/// Why a route cannot be added.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Clash {
    /// Another owner's route takes some of its paths, or its own takes this method already.
    With(String),
    /// Its first segment may be a user's name.
    Unreserved,
    /// It is no path: a brace stands inside of a segment, or something behind a tail.
    NoPath,
}

impl<T> Routes<T> {
    /// A table without routes.
    pub(crate) fn new() -> Routes<T> {
        Routes { router: matchit::Router::new(), places: Vec::new(), shapes: HashMap::new() }
    }

    /// Adds a route of an owner: `/` before literal segments, `{name}` segments, `{name#}` for a stream's number, and
    /// `{*name}` for all that is left.
    ///
    /// # Errors
    /// When a path could lead to it and to an earlier route of somebody else, or to it and to a user's name.
    pub(crate) fn add(&mut self, methods: Methods, template: &str, owner: &str, target: T) -> Result<(), Clash> {
        let segments = split(template).enumerate().map(|(at, text)| segment(text, at == 0));
        let segments = segments.collect::<Option<Vec<_>>>().ok_or(Clash::NoPath)?;
        if segments.iter().rev().skip(1).any(|segment| matches!(segment, Segment::Tail(_))) {
            return Err(Clash::NoPath);
        }
        if matches!(segments.first(), Some(Segment::Literal(first)) if !is_reserved(first)) {
            return Err(Clash::Unreserved);
        }
        let others = self.places.iter().filter(|place| place.owner != owner).flat_map(|place| &place.ways);
        if let Some(other) = others.into_iter().find(|other| overlap(&segments, &other.segments)) {
            return Err(Clash::With(other.place.route.clone()));
        }
        let shape = shape(&segments);
        let logged = LoggedPlace { surface: owner.to_owned(), route: template.to_owned() };
        let way = Way { methods, place: Arc::new(logged), segments, target };
        if let Some(place) = self.shapes.get(&shape).and_then(|at| self.places.get_mut(*at)) {
            if let Some(other) = place.ways.iter().find(|other| other.methods.meets(methods)) {
                return Err(Clash::With(other.place.route.clone()));
            }
            place.ways.push(way);
            return Ok(());
        }
        self.router.insert(shape.clone(), self.places.len()).map_err(|_| Clash::NoPath)?;
        self.shapes.insert(shape, self.places.len());
        self.places.push(PathShape { owner: owner.to_owned(), ways: vec![way] });
        Ok(())
    }

    /// Where a request leads. Slashes that clients add by mistake are none, wherever they stand, and literal
    /// segments have no case: old players send both.
    pub(crate) fn find<'t, 'p>(&'t self, method: &http::Method, path: &'p str) -> Option<Found<'t, 'p, T>> {
        let place = self.places.get(*self.router.at(&tidied(path)).ok()?.value)?;
        let mut methods = Methods::NONE;
        let mut chosen = None;
        for way in &place.ways {
            methods = methods.and(way.methods);
            let is_allowed = way.methods.takes(method);
            if is_allowed || chosen.is_none() {
                chosen = Some((way, is_allowed));
            }
        }
        let (way, is_allowed) = chosen?;
        let captures = captures(&way.segments, path)?;
        Some(Found { target: &way.target, place: &way.place, captures, methods, is_allowed })
    }

    /// Every route that takes a path; more than one of different owners would be a fault of [`overlap`].
    #[cfg(test)]
    pub(crate) fn takers(&self, path: &str) -> Vec<&str> {
        let ways = self.places.iter().flat_map(|place| &place.ways);
        ways.filter(|way| captures(&way.segments, path).is_some()).map(|way| way.place.route.as_str()).collect()
    }
}
