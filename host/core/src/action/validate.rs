//! What a description must hold together by itself, before anything is linked or routed.
//! Knows no other plugin.

use super::{Action, ActionKind, Description, Form, Shape, Surface};

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
    fn an_action_is_described_once_and_for_somebody() {
        assert!(wrong(json!({ "roles": [] })).unwrap().contains("no role"));
        let one = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["line"] });
        let twice: Description = serde_json::from_value(json!({ "action": [one, one] })).unwrap();
        assert!(twice.validate().unwrap_err().contains("described twice"));
    }
}
