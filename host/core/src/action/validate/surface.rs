//! What the dialect of a surface must hold together: paths, credentials, where things stand, statuses.

use crate::action::listed::{REFUSAL_TYPES, STATUSES};
use crate::action::{Credential, DOCS, MEDIA, Part, Selector, Surface};

pub(super) fn check(surface: &Surface) -> Result<(), String> {
    let wrong = |what: String| Err(format!("surface {}: {what}", surface.name));
    if [MEDIA, DOCS].contains(&surface.name.as_str()) {
        return wrong("routes of the host itself have this name; take another".into());
    }
    if !surface.refusals.contains_key("default") {
        return wrong("the refusal table has no `default`".into());
    }
    if surface.mounts.is_empty() || surface.mounts.iter().any(|mount| !mount.path.starts_with('/')) {
        return wrong("a mount is a path that begins with /".into());
    }
    if let Some(mount) = surface.mounts.iter().find(|mount| !is_path(&mount.path)) {
        return wrong(format!("{} has a character that no path has as it is", mount.path.escape_debug()));
    }
    if let Some(mount) = surface.mounts.iter().find(|mount| mount.action.is_some() && mount.fallback.is_some()) {
        return wrong(format!("{} says its action, so it has no fallback", mount.path));
    }
    let below = |path: &String| path.is_empty() || (path.starts_with('/') && is_path(path) && !path.contains('{'));
    if surface.assets.as_ref().is_some_and(|path| !below(path)) {
        return wrong(
            "its `assets` are at a path below its mounts, which begins with / and has plain characters".into(),
        );
    }
    if let Some(what) = credentials(surface).or_else(|| reading(surface)) {
        return wrong(what.into());
    }
    if let Some(other) = surface.envelope.others.iter().find(|other| !REFUSAL_TYPES.contains(&other.accept.as_str())) {
        return wrong(format!("{} in its envelope is none of {REFUSAL_TYPES:?}", other.accept.escape_debug()));
    }
    for (code, rule) in &surface.refusals {
        if !STATUSES.contains(&rule.http) {
            return wrong(format!("{code} has the status {}; allowed are {STATUSES:?}", rule.http));
        }
    }
    Ok(())
}

/// What is wrong with how callers show who they are.
fn credentials(surface: &Surface) -> Option<&'static str> {
    let is_none = |credential: &Credential| *credential == Credential::None;
    let Some((_, before)) = surface.credentials.split_last() else {
        return Some("it says by no credential who may call it; `none` is one");
    };
    if before.iter().any(is_none) {
        return Some("the credential `none` is the last: no other is looked at after it");
    }
    let mut kinds: Vec<_> = surface.credentials.iter().map(Credential::kind).collect();
    kinds.sort_unstable();
    if kinds.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some("it has two credentials of one kind");
    }
    let by_bearer = |credential: &Credential| match credential {
        Credential::ApiKey { .. } => true,
        Credential::Session(session) => session.bearer,
        _ => false,
    };
    if surface.credentials.iter().filter(|credential| by_bearer(credential)).count() > 1 {
        return Some("a key and a session are both taken from `Authorization: Bearer`: nobody could tell which it is");
    }
    surface.credentials.iter().find_map(|credential| match credential {
        Credential::Session(session) => match (&session.cookie, session.bearer, &session.parameter) {
            (None, false, None) => Some("a session is shown by a cookie, as a bearer token or by a parameter"),
            (Some(_), true, _) | (Some(_), _, Some(_)) => Some("a session in a cookie is shown by nothing else"),
            _ => None,
        },
        _ => None,
    })
}

/// What is wrong with where things stand in a request.
fn reading(surface: &Surface) -> Option<&'static str> {
    let mut order = surface.reading.order.clone();
    order.sort_unstable();
    if order != [Part::Path, Part::Query, Part::Body] {
        return Some("the order of its reading names path, query and body once each");
    }
    if surface.reading.writes_by_get && surface.session_cookie().is_some() {
        return Some("with a session in a cookie nothing is written by GET: any page could have a browser ask");
    }
    match &surface.selector {
        Some(Selector::Parameters { names }) if !(1..=4).contains(&names.len()) => {
            Some("a selector has 1 to 4 parameters")
        }
        _ => surface
            .fallbacks
            .iter()
            .any(|fallback| fallback.like.matches('*').count() > 1)
            .then_some("a pattern of its fallbacks has one * at most"),
    }
}

/// Visible characters that mean themselves in a path, and `{name}`, `{name#}` or `{*name}` segments.
pub(super) fn is_path(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~{}#*".contains(&byte))
}
