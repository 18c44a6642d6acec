//! Where an action is found: method and path, with the words that name it in the path where requests name it by
//! parameters. A path of a document says one action and holds no query.

use crate::action::{Action, ActionKind, ActionRoute, Method, Mount, Part, SEGMENT, Selector, Surface};
use percent_encoding::utf8_percent_encode;
use std::collections::HashMap;

/// Where an action is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) method: Method,
    /// As OpenAPI writes it: `/{code}/reseller/index.php/create_line`.
    pub(super) path: String,
    /// The variable segments: what they are called in the path, and what the panel reads them as.
    pub(super) captures: Vec<(String, String)>,
    /// Other ways in which requests find it, in words.
    pub(super) others: Vec<String>,
}

/// Gives each path the names that its shape had first: paths that differ only in the names of their variable segments are
/// one path to OpenAPI.
#[derive(Default)]
pub(super) struct Paths(HashMap<String, String>);

impl Paths {
    /// Where an action is found: by each of its routes, or else at the first mount that leads to it.
    pub(super) fn of(&mut self, surface: &Surface, action: &Action, routes: &[&ActionRoute]) -> Vec<Endpoint> {
        let open = || surface.mounts.iter().filter(|mount| mount.action.is_none());
        let Some(first) = open().next() else { return self.at_mount(surface, action) };
        if !routes.is_empty() {
            let others: Vec<_> = open().skip(1).map(|mount| format!("below `{}`", mount.path)).collect();
            let found = |route: &&ActionRoute| {
                let path = format!("{}{}", first.path.trim_end_matches('/'), route.path);
                self.endpoint(route.method, &path, others.clone())
            };
            return routes.iter().map(found).collect();
        }
        match &surface.selector {
            None => self.at_mount(surface, action),
            Some(selector) => {
                let method = method(surface, action);
                let path = selected(&first.path, selector, action);
                let mut others = as_scripts_ask(surface, selector, action);
                others.retain(|other| *other != format!("`{path}`"));
                vec![self.endpoint(method, &path, others)]
            }
        }
    }

    /// The first mount that is the action's own.
    fn at_mount(&mut self, surface: &Surface, action: &Action) -> Vec<Endpoint> {
        let is_own = |mount: &&Mount| mount.action.as_ref() == Some(&action.name);
        let mut own = surface.mounts.iter().filter(is_own);
        let Some(first) = own.next() else { return Vec::new() };
        let others = own.map(|mount| format!("`{}`", mount.path)).collect();
        vec![self.endpoint(method(surface, action), &first.path, others)]
    }

    fn endpoint(&mut self, method: Method, template: &str, others: Vec<String>) -> Endpoint {
        let (mut path, mut shape, mut names) = (String::new(), String::new(), Vec::new());
        for segment in template.split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            shape.push('/');
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => {
                    let name = name.trim_start_matches('*').trim_end_matches('#');
                    names.push(name.to_owned());
                    path.push_str(&format!("{{{name}}}"));
                    shape.push_str("{}");
                }
                None => {
                    path.push_str(segment);
                    shape.push_str(&segment.to_ascii_lowercase());
                }
            }
        }
        let path = self.0.entry(shape).or_insert(path).clone();
        let written = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let captures = written.map(str::to_owned).zip(names).collect();
        Endpoint { method, path: if path.is_empty() { "/".into() } else { path }, captures, others }
    }
}

impl Endpoint {
    /// Whether parameters that stand nowhere in particular are sent in a body: GET has none, and that of DELETE is not
    /// passed on everywhere.
    pub(super) fn has_body(&self) -> bool {
        !matches!(self.method, Method::Get | Method::Delete)
    }
}

/// GET for what may be asked for with it, else POST.
fn method(surface: &Surface, action: &Action) -> Method {
    let reads_body = action.parameters.values().any(|parameter| parameter.part() == Some(Part::Body));
    let by_get = action.kind == ActionKind::Read || surface.reading.writes_by_get;
    if by_get && !reads_body && !action.raw_body { Method::Get } else { Method::Post }
}

/// The words by which parameters of a selector name the action: of its names the first that fills most of them.
fn words(names: usize, action: &Action) -> Vec<&str> {
    let all = std::iter::once(&action.name).chain(&action.aliases);
    let split = all.map(|name| name.splitn(names, '.').collect::<Vec<_>>()).filter(|words| !words.contains(&""));
    split.fold(Vec::new(), |most, words| if words.len() > most.len() { words } else { most })
}

/// A mount with the words in it that name the action, each in the variable segment of its name or at the end.
fn selected(mount: &str, selector: &Selector, action: &Action) -> String {
    let names = selector.names();
    let mut path = mount.trim_end_matches('/').to_owned();
    for (name, word) in names.iter().zip(words(names.len(), action)) {
        let variable = format!("/{{{name}}}");
        match path.contains(&variable) {
            true => path = path.replace(&variable, &format!("/{}", encoded(word))),
            false => path.push_str(&format!("/{}", encoded(word))),
        }
    }
    path
}

/// A word as a segment of a path.
fn encoded(word: &str) -> String {
    utf8_percent_encode(word, SEGMENT).to_string()
}

/// How else requests name it: by the parameters of the selector, at every mount.
fn as_scripts_ask(surface: &Surface, selector: &Selector, action: &Action) -> Vec<String> {
    let names = selector.names();
    let pairs: Vec<_> = names.iter().zip(words(names.len(), action)).collect();
    let asked = |mount: &Mount| {
        if mount.fallback.as_ref() == Some(&action.name) {
            return format!("`{}`", mount.path);
        }
        let variable = |name: &str| format!("{{{name}}}");
        let path = pairs.iter().fold(mount.path.clone(), |path, (name, word)| path.replace(&variable(name), word));
        let in_query = pairs.iter().filter(|(name, _)| !mount.path.contains(&variable(name)));
        let query: Vec<_> = in_query.map(|(name, word)| format!("{name}={word}")).collect();
        if query.is_empty() { format!("`{path}`") } else { format!("`{path}?{}`", query.join("&")) }
    };
    surface.mounts.iter().filter(|mount| mount.action.is_none()).map(asked).collect()
}
