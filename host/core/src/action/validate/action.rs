//! What an action must hold together: whom it answers, its parameters, its routes, its reply, what is kept of it.

use super::{fit, surface};
use crate::action::listed::{CONTENT_TYPES, HTML, LINE_STATUSES, content_type};
use crate::action::{
    Action, ActionKind, Archive, CacheRule, Form, Method, Outcome, OutcomeKind, Parameter, Part, Shape, asked,
};

pub(super) fn check(action: &Action) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("action {}/{}: {what}", action.surface, action.name));
    if action.roles.is_empty() {
        return wrong("no role may call it");
    }
    for (name, described) in &action.parameters {
        if let Err(what) = fit::parameter(described) {
            return wrong(&format!("parameter {name}: {what}"));
        }
        let pages = action.reply.shape == Shape::List && matches!(name.as_str(), "start" | "limit");
        if pages && described.form.range().is_none() {
            return wrong(&format!("parameter {name}: on a list it is a count"));
        }
        if described.capped && (described.form.range().is_none() || described.max.is_none()) {
            return wrong(&format!("parameter {name}: only a whole number with a `max` is `capped`"));
        }
    }
    if let Some(what) = routes(action) {
        return wrong(what);
    }
    fit::reply(&action.reply).and_then(|()| asked::check(action)).or_else(|what| wrong(&what))?;
    if let Some(status) = action.also_for.iter().find(|status| !LINE_STATUSES.contains(&status.as_str())) {
        return wrong(&format!("{} in also_for is none of {LINE_STATUSES:?}", status.escape_debug()));
    }
    match action.reply.content_type.as_deref() {
        None if action.reply.shape == Shape::Raw => return wrong("a raw reply has a content_type"),
        Some(text) if content_type(text).is_none() => {
            return wrong(&format!(
                "its content_type is none of {CONTENT_TYPES:?} and {HTML}, with charset=utf-8 or not"
            ));
        }
        _ => {}
    }
    if action.kind == ActionKind::Write {
        // What a write answered is kept for its repeats; a body is not, and a kept one would
        // answer without writing.
        if action.reply.shape == Shape::Raw {
            return wrong("a write answers with data, which its repeats get again, not with a raw body");
        }
        if action.cache.is_some() {
            return wrong("a write has no cache rule: it would be answered without being done");
        }
    }
    if let Some(seconds) = action.reply.follow {
        if action.kind == ActionKind::Write || action.reply.shape == Shape::Raw {
            return wrong("only what reads and answers with data can be followed");
        }
        if !(1..=300).contains(&seconds) {
            return wrong("its `follow` is 1 to 300 seconds");
        }
    }
    let in_query = |parameter: &Parameter| matches!(parameter.part(), None | Some(Part::Query));
    let is_asked = |name: &String| action.parameters.get(name).is_some_and(in_query);
    if action.reply.cursor.as_ref().is_some_and(|name| action.reply.shape != Shape::List || !is_asked(name)) {
        return wrong("the `cursor` of a list names one of its parameters, in the query");
    }
    let moves = |outcome: &Outcome| outcome.kind == OutcomeKind::Moved && outcome.location.is_some();
    if action.reply.outcomes.iter().any(moves) {
        return wrong("where a thing has moved to, its reply says: `moved` has no location here");
    }
    let kept = action.cache.as_ref().map_or(Ok(()), |rule| kept(action, rule));
    kept.and_then(|()| action.reply.archive.as_ref().map_or(Ok(()), |archive| archived(action, archive))).or_else(wrong)
}

/// What is wrong with its routes.
fn routes(action: &Action) -> Option<&'static str> {
    let is_path = |path: &str| path.is_empty() || (path.starts_with('/') && surface::is_path(path));
    for route in &action.routes {
        if route.path.contains("{code}") {
            return Some("an access code stands in a mount, not in a route");
        }
        if !is_path(&route.path) {
            return Some("the path of a route is empty or begins with /, and has plain characters");
        }
        if route.method == Method::Get && action.kind == ActionKind::Write {
            return Some("a route with GET changes nothing, and this action does");
        }
    }
    let is_read_body = |parameter: &Parameter| parameter.part() == Some(Part::Body);
    if action.raw_body && action.parameters.values().any(is_read_body) {
        return Some("who reads the raw body has no parameters in it");
    }
    if action.raw_body && (action.routes.is_empty() || action.cache.is_some()) {
        return Some("who reads the raw body is found by a route, and nothing is kept of the answer");
    }
    None
}

/// What a cache rule names must be there, and what it asks for must go together.
fn kept(action: &Action, rule: &CacheRule) -> Result<(), &'static str> {
    if rule.key.iter().flatten().any(|name| !action.parameters.contains_key(name)) {
        return Err("the `key` of its cache rule names a parameter that it does not have");
    }
    if rule.file && !rule.splice.is_empty() {
        return Err("a body in a `file` has no values of the line spliced in");
    }
    if rule.begin.is_some() && (rule.file || rule.window.is_some() || !rule.splice.is_empty()) {
        return Err("a body that begins with another action's members is in memory: without splice, window and file");
    }
    let Some(window) = &rule.window else { return Ok(()) };
    let is_number =
        |name: &String| action.parameters.get(name).is_some_and(|parameter| parameter.form.range().is_some());
    if !is_number(&window.skip) || !is_number(&window.most) {
        return Err("the `window` of its cache rule names two of its parameters, both of type int");
    }
    if rule.file || !rule.splice.is_empty() {
        return Err("a `window` is cut out of a list that is the same for all and in memory: without splice and file");
    }
    Ok(())
}

fn archived(action: &Action, archive: &Archive) -> Result<(), &'static str> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if action.reply.shape != Shape::Raw {
        return Err("only a raw reply has an `archive`");
    }
    if action.parameters.get(&archive.parameter).is_none_or(|parameter| parameter.form != Form::Flag) {
        return Err("its `archive` names one of its parameters, of type flag");
    }
    if !(1..=64).contains(&archive.name.len()) || !archive.name.bytes().all(safe) {
        return Err("the name of its `archive` has 1 to 64 letters, digits, dots, underscores and hyphens");
    }
    Ok(())
}
