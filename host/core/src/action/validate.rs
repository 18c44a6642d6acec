//! What a description must hold together by itself, before anything is linked or routed.
//! Knows no other plugin.

use super::{Action, ActionKind, Archive, CacheRule, Description, Form, Shape, Surface};

impl Description {
    /// Refuses descriptions that could not be applied, naming the first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.surfaces.iter().try_for_each(surface)?;
        self.actions.iter().try_for_each(action)?;
        let mut names: Vec<_> = self.actions.iter().map(|action| (&action.surface, &action.name)).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("action {}/{} is described twice", pair[0].0, pair[0].1));
        }
        Ok(())
    }
}

fn surface(surface: &Surface) -> Result<(), String> {
    if !surface.refusals.contains_key("default") {
        return Err(format!("surface {}: the refusal table has no `default`", surface.name));
    }
    if surface.mounts.is_empty() || surface.mounts.iter().any(|mount| !mount.path.starts_with('/')) {
        return Err(format!("surface {}: a mount is a path that begins with /", surface.name));
    }
    if surface.selector.is_none() && surface.mounts.iter().any(|mount| mount.action.is_none()) {
        return Err(format!("surface {}: without a selector every mount names its action", surface.name));
    }
    Ok(())
}

fn action(action: &Action) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("action {}/{}: {what}", action.surface, action.name));
    if action.roles.is_empty() {
        return wrong("no role may call it");
    }
    for (name, parameter) in &action.parameters {
        if (parameter.form == Form::List) != parameter.of.is_some() || parameter.of == Some(Form::List) {
            return wrong(&format!("parameter {name}: a list, and nothing else, says what it is `of`"));
        }
        if parameter.capped && (parameter.form != Form::Int || parameter.max.is_none()) {
            return wrong(&format!("parameter {name}: only a whole number with a `max` is `capped`"));
        }
    }
    if action.reply.shape == Shape::Raw && action.reply.content_type.is_none() {
        return wrong("a raw reply has a content_type");
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
    let is_number = |name: &String| action.parameters.get(name).is_some_and(|parameter| parameter.form == Form::Int);
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
        let parameters = |form: &str, max: Value| json!({ "parameters": { "x": { "type": form, "max": max, "capped": true } } });
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
