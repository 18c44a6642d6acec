//! Which route a path leads to: the fixed ones of media and the mounts of a tenant's surfaces, in
//! one table that refuses two routes for one path.

use host_core::reserved::is_reserved;
use std::collections::HashMap;

/// One segment of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Segment {
    /// Exactly this.
    Literal(String),
    /// Anything but nothing.
    Any(String),
    /// Anything that is no reserved word: a user name or an access code at the front.
    Unreserved(String),
    /// A stream's number, with or without an extension: `101`, `101.ts`.
    Stream(String),
}

/// A path with the target it leads to.
struct Route<T> {
    template: String,
    segments: Vec<Segment>,
    target: T,
}

/// All routes of a tenant.
pub(crate) struct Routes<T> {
    /// Routes without a variable segment, by their path in lower case: most requests of players.
    fixed: HashMap<String, usize>,
    routes: Vec<Route<T>>,
}

/// A route that a path leads to.
pub(crate) struct Found<'t, 'p, T> {
    /// Where.
    pub(crate) target: &'t T,
    /// The route's path with names instead of values: what may be logged.
    pub(crate) template: &'t str,
    /// The variable segments, still percent-encoded.
    pub(crate) captures: Vec<(&'t str, &'p str)>,
}

/// Why a route was not added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Clash {
    /// Another route answers some of its paths; that one's path.
    With(String),
    /// Its first segment is neither reserved nor variable, so a user name could be the same.
    Unreserved,
}

impl<T> Routes<T> {
    /// No routes.
    pub(crate) fn new() -> Routes<T> {
        Routes { fixed: HashMap::new(), routes: Vec::new() }
    }

    /// Adds a route: literal segments, `{name}` segments and `{name#}` for a stream's number.
    ///
    /// # Errors
    /// When a path could lead to it and to an earlier route, or to it and to a user's name.
    pub(crate) fn add(&mut self, template: &str, target: T) -> Result<(), Clash> {
        let segments: Vec<Segment> = split(template).enumerate().map(|(at, text)| segment(text, at == 0)).collect();
        if matches!(segments.first(), Some(Segment::Literal(first)) if !is_reserved(first)) {
            return Err(Clash::Unreserved);
        }
        if let Some(other) = self.routes.iter().find(|other| overlap(&segments, &other.segments)) {
            return Err(Clash::With(other.template.clone()));
        }
        if segments.iter().all(|segment| matches!(segment, Segment::Literal(_))) {
            self.fixed.insert(tidied(template), self.routes.len());
        }
        self.routes.push(Route { template: template.to_owned(), segments, target });
        Ok(())
    }

    /// The route of a path. Slashes that clients add by mistake are none, wherever they stand, and
    /// literal segments have no case: old players send both.
    pub(crate) fn find<'t, 'p>(&'t self, path: &'p str) -> Option<Found<'t, 'p, T>> {
        let as_sent = path.strip_prefix('/').and_then(|path| self.fixed.get(path));
        let fixed = as_sent.or_else(|| self.fixed.get(&tidied(path))).and_then(|index| self.routes.get(*index));
        if let Some(route) = fixed {
            return Some(Found { target: &route.target, template: &route.template, captures: Vec::new() });
        }
        self.routes.iter().find_map(|route| {
            let captures = captures(&route.segments, path)?;
            Some(Found { target: &route.target, template: &route.template, captures })
        })
    }

    /// Every route that takes a path; more than one would be a fault of [`overlap`].
    #[cfg(test)]
    pub(crate) fn takers(&self, path: &str) -> Vec<&str> {
        let takes = |route: &&Route<T>| captures(&route.segments, path).is_some();
        self.routes.iter().filter(takes).map(|route| route.template.as_str()).collect()
    }
}

/// The first segment of a path: where an access code stands.
pub(crate) fn first_segment(path: &str) -> &str {
    split(path).next().unwrap_or("")
}

/// A stream's number out of `101` or `101.ts`, and the extension.
pub(crate) fn stream_file(text: &str) -> Option<(u32, Option<&str>)> {
    let (number, extension) = match text.split_once('.') {
        Some((number, extension)) => (number, Some(extension)),
        None => (text, None),
    };
    let is_number = (1..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let plain =
        extension.is_none_or(|text| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()));
    if is_number && plain { number.parse().ok().map(|number| (number, extension)) } else { None }
}

/// The segments of a path.
fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// A path in lower case, without slashes that say nothing.
fn tidied(path: &str) -> String {
    let mut tidy = String::with_capacity(path.len());
    for segment in split(path) {
        if !tidy.is_empty() {
            tidy.push('/');
        }
        tidy.push_str(segment);
    }
    tidy.make_ascii_lowercase();
    tidy
}

fn segment(text: &str, first: bool) -> Segment {
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        None => Segment::Literal(text.to_owned()),
        Some(name) => match name.strip_suffix('#') {
            Some(name) => Segment::Stream(name.to_owned()),
            None if first => Segment::Unreserved(name.to_owned()),
            None => Segment::Any(name.to_owned()),
        },
    }
}

fn captures<'t, 'p>(segments: &'t [Segment], path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
    let mut parts = split(path);
    let mut captures = Vec::new();
    for segment in segments {
        let part = parts.next()?;
        if !segment.takes(part) {
            return None;
        }
        if let Segment::Any(name) | Segment::Unreserved(name) | Segment::Stream(name) = segment {
            captures.push((name.as_str(), part));
        }
    }
    parts.next().is_none().then_some(captures)
}

impl Segment {
    fn takes(&self, part: &str) -> bool {
        match self {
            Segment::Literal(literal) => literal.eq_ignore_ascii_case(part),
            Segment::Any(_) => !part.is_empty(),
            Segment::Unreserved(_) => !part.is_empty() && !is_reserved(part),
            Segment::Stream(_) => stream_file(part).is_some(),
        }
    }
}

/// Whether some path leads to both.
fn overlap(one: &[Segment], other: &[Segment]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| meet(one, other))
}

fn meet(one: &Segment, other: &Segment) -> bool {
    match (one, other) {
        (Segment::Literal(literal), any) | (any, Segment::Literal(literal)) => any.takes(literal),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table like a tenant's, of routes with every sort of segment.
    const TEMPLATES: &[&str] = &[
        "/live/{username}/{password}/{stream#}",
        "/movie/{username}/{password}/{stream#}",
        "/hls/{token}",
        "/{username}/{password}/{stream#}",
        "/player_api.php",
        "/playlist/{username}/{password}",
        "/playlist/{username}/{password}/{type}",
        "/{code}/reseller/index.php",
    ];

    fn table() -> Routes<usize> {
        let mut routes = Routes::new();
        for (index, template) in TEMPLATES.iter().enumerate() {
            assert_eq!(routes.add(template, index), Ok(()), "{template}");
        }
        routes
    }

    fn found(path: &str) -> Option<(&'static str, String)> {
        let routes = table();
        let found = routes.find(path)?;
        let captures: Vec<_> = found.captures.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some((TEMPLATES[*found.target], captures.join(" ")))
    }

    #[test]
    fn each_path_leads_to_its_route() {
        for (path, template, captures) in [
            ("/player_api.php", "/player_api.php", ""),
            ("//player_api.php", "/player_api.php", ""),
            ("/live/u/p/101.ts", "/live/{username}/{password}/{stream#}", "username=u password=p stream=101.ts"),
            ("/u/p/101", "/{username}/{password}/{stream#}", "username=u password=p stream=101"),
            ("/u%20x/p/101", "/{username}/{password}/{stream#}", "username=u%20x password=p stream=101"),
            ("/s3cretcode/reseller/index.php", "/{code}/reseller/index.php", "code=s3cretcode"),
            ("/u/reseller/101.ts", "/{username}/{password}/{stream#}", "username=u password=reseller stream=101.ts"),
            ("/playlist/u/p", "/playlist/{username}/{password}", "username=u password=p"),
            ("/hls/abc", "/hls/{token}", "token=abc"),
            ("/player_api.php/", "/player_api.php", ""),
            ("/Player_API.php", "/player_api.php", ""),
            ("/live//u/p/1.ts", "/live/{username}/{password}/{stream#}", "username=u password=p stream=1.ts"),
            ("/LIVE/U/P/1.TS/", "/live/{username}/{password}/{stream#}", "username=U password=P stream=1.TS"),
            ("//u//p//1", "/{username}/{password}/{stream#}", "username=u password=p stream=1"),
            ("/s3cretcode/Reseller/Index.PHP", "/{code}/reseller/index.php", "code=s3cretcode"),
        ] {
            assert_eq!(found(path), Some((template, captures.to_owned())), "{path}");
        }
        for path in [
            "/",
            "/nothing",
            "/live/u/p",
            "/live/u/p/x",
            "/u/p/index.php",
            "/movie/reseller/index.php",
            "/u//1",
            "/live/u/101",
            "/Live/u/101",
            "/live//101",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn a_mount_that_would_share_a_path_is_refused_by_name() {
        for (mount, other) in [
            ("/player_api.php", "/player_api.php"),
            ("/{code}/{action}/{id}", "/{username}/{password}/{stream#}"),
            ("/{code}/x/7.ts", "/{username}/{password}/{stream#}"),
            ("/playlist/{a}/{b}", "/playlist/{username}/{password}"),
            ("/{x}/reseller/{y}", "/{username}/{password}/{stream#}"),
            ("/live/a/b/7", "/live/{username}/{password}/{stream#}"),
        ] {
            assert_eq!(table().add(mount, 0), Err(Clash::With(other.to_owned())), "{mount}");
        }
        assert_eq!(table().add("/shop/list", 0), Err(Clash::Unreserved));
        assert_eq!(table().add("/x/shop/list", 0), Ok(()));
    }

    #[test]
    fn a_stream_is_a_number_with_or_without_extension() {
        assert_eq!(stream_file("101"), Some((101, None)));
        assert_eq!(stream_file("101.m3u8"), Some((101, Some("m3u8"))));
        for bad in ["", "x", "101.", "-1", "+1", "101.t s", "99999999999", "4294967296", "101.ts.x"] {
            assert_eq!(stream_file(bad), None, "{bad:?}");
        }
    }
}
