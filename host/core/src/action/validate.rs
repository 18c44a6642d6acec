//! What a description must hold together by itself, before anything is linked or routed.
//! Knows no other plugin.

use super::listed::{CONTENT_TYPES, HTML, LINE_STATUSES, STATUSES, content_type};
use super::{Action, ActionKind, Archive, CacheRule, Description, Form, Shape, Surface, asked, fit};

impl Description {
    /// Refuses descriptions that could not be applied, naming the first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.check_bounds()?;
        self.surfaces.iter().try_for_each(surface)?;
        self.actions.iter().try_for_each(action)?;
        for own in &self.surfaces {
            self.actions
                .iter()
                .filter(|action| action.surface == own.name)
                .try_for_each(|action| own.admits(action))?;
        }
        let mut names: Vec<_> = self.actions.iter().map(|action| (&action.surface, &action.name)).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("action {}/{} is described twice", pair[0].0, pair[0].1));
        }
        Ok(())
    }
}

/// Parameters of every action, which the host reads for itself.
pub const HOST_PARAMETERS: [&str; 4] = ["dry_run", "idempotency_key", "show_columns", "hide_columns"];

impl Surface {
    /// Refuses an action that would be given what the surface's callers show of themselves, or what is the host's:
    /// none of its parameters may be called like that. Other names are the action's own: a `password` that an
    /// admin sets is no credential where callers show an API key.
    pub fn admits(&self, action: &Action) -> Result<(), String> {
        let is_taken = |name: &&str| self.credential.parameters().any(|taken| taken == *name);
        for (name, parameter) in &action.parameters {
            let names = || std::iter::once(name.as_str()).chain(parameter.aliases.iter().map(String::as_str));
            let wrong = |name: &str, whose: &str| {
                Err(format!("action {}/{}: no parameter may be named {name}: {whose}", action.surface, action.name))
            };
            if let Some(name) = names().find(is_taken) {
                return wrong(name, "callers of this surface show by it who they are");
            }
            if let Some(name) = names().find(|name| HOST_PARAMETERS.contains(name)) {
                return wrong(name, "the host reads it for every action");
            }
        }
        Ok(())
    }
}

fn surface(surface: &Surface) -> Result<(), String> {
    let wrong = |what: String| Err(format!("surface {}: {what}", surface.name));
    if !surface.refusals.contains_key("default") {
        return wrong("the refusal table has no `default`".into());
    }
    if surface.mounts.is_empty() || surface.mounts.iter().any(|mount| !mount.path.starts_with('/')) {
        return wrong("a mount is a path that begins with /".into());
    }
    if let Some(mount) = surface.mounts.iter().find(|mount| !is_path(&mount.path)) {
        return wrong(format!("{} has a character that no path has as it is", mount.path.escape_debug()));
    }
    if surface.selector.is_none() && surface.mounts.iter().any(|mount| mount.action.is_none()) {
        return wrong("without a selector every mount names its action".into());
    }
    for (code, sound) in &surface.refusals {
        if !STATUSES.contains(&sound.http) {
            return wrong(format!("{code} has the status {}; allowed are {STATUSES:?}", sound.http));
        }
    }
    Ok(())
}

/// Visible characters that mean themselves in a path, and `{name}` or `{name#}` segments.
fn is_path(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~{}#".contains(&byte))
}

fn action(action: &Action) -> Result<(), String> {
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
    let kept = action.cache.as_ref().map_or(Ok(()), |rule| kept(action, rule));
    kept.and_then(|()| action.reply.archive.as_ref().map_or(Ok(()), |archive| archived(action, archive))).or_else(wrong)
}

/// What a cache rule names must be there, and what it asks for must go together.
fn kept(action: &Action, rule: &CacheRule) -> Result<(), &'static str> {
    if rule.key.iter().flatten().any(|name| !action.parameters.contains_key(name)) {
        return Err("the `key` of its cache rule names a parameter that it does not have");
    }
    if rule.file && !rule.splice.is_empty() {
        return Err("a body in a `file` has no values of the line spliced in");
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What is wrong with a description of one action with these fields besides the least.
    fn wrong(fields: Value) -> Option<String> {
        let mut action = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["admin"] });
        let fields = fields.as_object().unwrap().clone();
        action.as_object_mut().unwrap().extend(fields);
        let description: Description = serde_json::from_value(json!({ "action": [action] })).unwrap();
        description.validate().err()
    }

    #[test]
    fn a_write_answers_with_data_that_its_repeats_can_get_again() {
        let raw = json!({ "shape": "raw", "content_type": "text/plain" });
        assert_eq!(wrong(json!({ "kind": "read", "reply": raw })), None);
        let refused = wrong(json!({ "kind": "write", "reply": raw })).unwrap();
        assert!(refused.contains("s/a") && refused.contains("raw body"), "{refused}");
        for shape in ["object", "list", "none", "any"] {
            assert_eq!(wrong(json!({ "kind": "write", "reply": { "shape": shape } })), None, "{shape}");
        }
    }

    #[test]
    fn a_write_is_never_answered_from_what_was_kept() {
        let cache = json!({ "depends": ["bouquets"] });
        assert_eq!(wrong(json!({ "kind": "read", "cache": cache })), None);
        let refused = wrong(json!({ "kind": "write", "cache": cache })).unwrap();
        assert!(refused.contains("s/a") && refused.contains("cache rule"), "{refused}");
    }

    /// What is wrong with a surface that has these fields besides the least.
    fn wrong_surface(fields: Value) -> Option<String> {
        let mut surface = json!({ "name": "s", "mounts": [{ "path": "/x/s/{action}" }],
            "credential": { "kind": "line", "username": "user", "password": "word" },
            "selector": { "kind": "segment", "name": "action" }, "envelope": { "kind": "bare" },
            "refusals": { "default": { "http": 400 } } });
        surface.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let description: Description = serde_json::from_value(json!({ "surface": [surface] })).unwrap();
        description.validate().err()
    }

    #[test]
    fn statuses_and_content_types_come_from_closed_lists() {
        for status in [100, 101, 204, 302, 304, 600, 999] {
            let refused = wrong_surface(json!({ "refusals": { "default": { "http": status } } })).unwrap();
            assert!(refused.contains(&status.to_string()) && refused.contains("503"), "{refused}");
        }
        for kind in ["image/svg+xml", "application/xhtml+xml", "text/javascript", "text/html;x=y", ""] {
            let refused = wrong(json!({ "reply": { "shape": "raw", "content_type": kind } })).unwrap();
            assert!(refused.contains("content_type"), "{refused}");
        }
        assert_eq!(
            wrong(json!({ "reply": { "shape": "raw", "content_type": "application/xml; charset=utf-8" } })),
            None
        );
    }

    #[test]
    fn no_parameter_is_named_like_what_a_caller_shows_of_themselves() {
        let surface = json!({ "name": "s", "mounts": [{ "path": "/x/s/a", "action": "a" }],
            "credential": { "kind": "api_key", "parameter": "api_key" }, "envelope": { "kind": "bare" },
            "refusals": { "default": { "http": 400 } } });
        let refused = |parameters: Value| {
            let action = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["admin"],
                "parameters": parameters });
            let description = json!({ "surface": [surface], "action": [action] });
            serde_json::from_value::<Description>(description).unwrap().validate().err()
        };
        for name in ["api_key", "idempotency_key", "dry_run"] {
            assert!(refused(json!({ name: { "type": "text" } })).unwrap().contains(name));
            assert!(refused(json!({ "notes": { "type": "text", "aliases": [name] } })).unwrap().contains(name));
        }
        assert_eq!(refused(json!({ "username": { "type": "text" }, "password": { "type": "text" } })), None);
    }

    #[test]
    fn a_description_has_bounds_in_every_count_and_length() {
        let mounts = |count: usize| (0..count).map(|n| json!({ "path": format!("/x/s/{n}"), "action": "a" })).collect();
        assert_eq!(wrong_surface(json!({ "mounts": Value::Array(mounts(32)) })), None);
        assert!(wrong_surface(json!({ "mounts": Value::Array(mounts(33)) })).unwrap().contains("33 mounts"));
        let parameters = |count: usize| (0..count).map(|n| (format!("p{n}"), json!({ "type": "text" }))).collect();
        assert_eq!(wrong(json!({ "parameters": Value::Object(parameters(128)) })), None);
        assert!(wrong(json!({ "parameters": Value::Object(parameters(129)) })).unwrap().contains("129 parameters"));
        assert!(wrong(json!({ "summary": "x".repeat(1_025) })).unwrap().contains("summary"));
        assert!(wrong(json!({ "reply": { "fields": { "a\"b": { "type": "int" } } } })).unwrap().contains("quotation"));
        let long = wrong(json!({ "name": "\n<b>".repeat(100_000) })).unwrap();
        assert!(long.len() < 300 && !long.contains('\n'), "{long}");
    }

    #[test]
    fn a_default_is_a_value_of_its_type() {
        let parameter = |described: Value| wrong(json!({ "parameters": { "x": described } }));
        assert_eq!(parameter(json!({ "type": "count", "default": u32::MAX })), None);
        assert_eq!(parameter(json!({ "type": "list", "of": "id", "default": [] })), None);
        for described in [
            json!({ "type": "int", "default": 2_147_483_648_u32 }),
            json!({ "type": "count", "default": -1 }),
            json!({ "type": "id", "default": 0 }),
            json!({ "type": "flag", "default": 1 }),
            json!({ "type": "decimal", "default": 1 }),
            json!({ "type": "list", "of": "int", "default": ["1"] }),
        ] {
            assert!(parameter(described.clone()).unwrap().contains("default"), "{described}");
        }
        assert!(parameter(json!({ "type": "date", "clears": true })).unwrap().contains("cleared"));
    }

    #[test]
    fn a_cache_rule_names_parameters_that_there_are_and_asks_for_what_goes_together() {
        let action = |cache: Value| {
            wrong(json!({ "cache": cache, "reply": { "shape": "raw", "content_type": "text/plain" },
                "parameters": { "from": { "type": "int" }, "most": { "type": "int" }, "word": { "type": "text" } } }))
        };
        let window = |skip: &str, most: &str| json!({ "skip": skip, "most": most });
        assert_eq!(action(json!({ "depends": [], "key": ["word"], "window": window("from", "most") })), None);
        assert_eq!(action(json!({ "depends": [], "file": true })), None);
        for (cache, named) in [
            (json!({ "depends": [], "key": ["words"] }), "`key`"),
            (json!({ "depends": [], "window": window("from", "word") }), "type int"),
            (json!({ "depends": [], "window": window("from", "least") }), "type int"),
            (json!({ "depends": [], "window": window("from", "most"), "splice": ["username"] }), "`window`"),
            (json!({ "depends": [], "file": true, "splice": ["username"] }), "`file`"),
        ] {
            let refused = action(cache.clone()).unwrap();
            assert!(refused.contains("s/a") && refused.contains(named), "{cache}: {refused}");
        }
    }

    #[test]
    fn an_archive_is_asked_for_by_a_flag_and_has_a_plain_name() {
        let action = |archive: Value| {
            wrong(json!({ "reply": { "shape": "raw", "content_type": "text/plain", "archive": archive },
                "parameters": { "gzip": { "type": "flag" }, "word": { "type": "text" } } }))
        };
        assert_eq!(action(json!({ "parameter": "gzip", "name": "epg.xml.gz" })), None);
        for (parameter, name) in [("word", "a.gz"), ("none", "a.gz"), ("gzip", ""), ("gzip", "a\"b"), ("gzip", "../a")]
        {
            assert!(action(json!({ "parameter": parameter, "name": name })).is_some(), "{parameter} {name}");
        }
    }

    #[test]
    fn only_a_whole_number_with_a_bound_is_capped() {
        let parameters =
            |form: &str, max: Value| json!({ "parameters": { "x": { "type": form, "max": max, "capped": true } } });
        assert_eq!(wrong(parameters("int", json!(9))), None);
        for bad in [parameters("int", Value::Null), parameters("text", json!(9))] {
            assert!(wrong(bad).unwrap().contains("capped"));
        }
    }

    #[test]
    fn an_action_is_described_once_and_for_somebody() {
        assert!(wrong(json!({ "roles": [] })).unwrap().contains("no role"));
        let one = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["line"] });
        let twice: Description = serde_json::from_value(json!({ "action": [one, one] })).unwrap();
        assert!(twice.validate().unwrap_err().contains("described twice"));
    }
}
