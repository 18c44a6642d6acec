//! What the verb of a common action is called with: each parameter sets one of the kind's fields.

use super::{Action, ActionKind, Form, Nothing, Parameter, Shape, Verb, Written};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The parameter that names the row.
const ID: &str = "id";
/// The kind of which a deletion may say more than which row: who gets what was theirs.
const LEAVES_THINGS: &str = "user";
/// The kind that has one row and no more, and the id of that.
const ONLY_KIND: &str = "settings";
const ONLY: u32 = 1;

impl Action {
    /// What the verb of a common action is called with: the row's id, and the fields that the parameters set.
    pub fn asked(&self, parameters: &Map<String, Value>) -> (u32, Map<String, Value>) {
        let id = parameters.get(ID).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let mut set = Set::default();
        set.add(&self.parameters, parameters);
        let Set { mut fields, nulls } = set;
        // What it always does, nobody sends otherwise.
        fields.extend(self.always.clone());
        // A switch that empties a field wins over a value for it.
        fields.extend(nulls.into_iter().map(|field| (field.to_owned(), Value::Null)));
        (id.unwrap_or(ONLY), fields)
    }

    /// The parameter that sets a field of the kind, or something within it, where the action is a common one: what its
    /// caller knows the field by. Of several the one that sets it to what was sent.
    pub fn sent_as(&self, field: &str) -> Option<&str> {
        self.does.as_ref()?;
        let sets = |(name, parameter): (&'_ String, &'_ Parameter)| {
            let set = parameter.sets.as_ref().unwrap_or(name);
            let is_within = set.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
            let is_it = set == field && parameter.fixed.is_none();
            (is_it || is_within).then_some((is_within, parameter.nothing == Some(Nothing::Set)))
        };
        let setting = self.parameters.iter().filter_map(|row| Some((sets(row)?, row.0)));
        setting.min_by_key(|(how, _)| *how).map(|(_, name)| name.as_str())
    }
}

/// What parameters set.
#[derive(Default)]
struct Set<'p> {
    fields: Map<String, Value>,
    nulls: Vec<&'p str>,
}

impl<'p> Set<'p> {
    /// Members of an object set fields as parameters do.
    fn add(&mut self, described: &'p BTreeMap<String, Parameter>, parameters: &Map<String, Value>) {
        for (name, value) in parameters.iter().filter(|(name, _)| *name != ID) {
            let known = described.get_key_value(name).filter(|(_, parameter)| parameter.fixed.is_none());
            let Some((name, parameter)) = known else { continue };
            if let (Form::Object, Value::Object(members)) = (parameter.form, value) {
                self.add(&parameter.members, members);
                continue;
            }
            let field = parameter.sets.as_deref().unwrap_or(name);
            if let (Some(is), Value::Bool(on)) = (&parameter.is, value) {
                self.switch(field, is, parameter.not.as_deref(), *on);
                continue;
            }
            match parameter.set(value) {
                Some(Value::Null) if parameter.nothing == Some(Nothing::Set) => self.nulls.push(field),
                Some(value) => drop(self.fields.insert(field.to_owned(), value)),
                None => {}
            }
        }
    }
}

impl Set<'_> {
    /// Sets a field to a word by a flag. Another flag for the same field may have set it.
    fn switch(&mut self, field: &str, is: &str, not: Option<&str>, on: bool) {
        match (on, not) {
            (true, _) => drop(self.fields.insert(field.to_owned(), is.into())),
            (false, Some(not)) if !self.fields.contains_key(field) => {
                drop(self.fields.insert(field.to_owned(), not.into()))
            }
            (false, _) => {}
        }
    }
}

impl Parameter {
    /// What a value sets its field to, if to anything.
    fn set(&self, value: &Value) -> Option<Value> {
        let is_nothing = match self.nothing {
            None => false,
            Some(Nothing::Empty) => value.as_str() == Some(""),
            Some(Nothing::Zero) => value.as_u64() == Some(0),
            Some(Nothing::Set) if value.as_bool() == Some(true) => true,
            Some(Nothing::Set) => return None,
        };
        if is_nothing {
            return Some(Value::Null);
        }
        let word = match value {
            Value::String(word) => self.words.get(word),
            Value::Number(number) if !self.words.is_empty() => self.words.get(&number.to_string()),
            _ => None,
        };
        let value = word.map_or_else(|| value.clone(), |word| Value::from(word.as_str()));
        let value = match self.written {
            Some(Written::Months) => json!({ "count": value, "unit": "months" }),
            Some(Written::Unit) => json!({ "count": 1, "unit": value }),
            _ => value,
        };
        Some(if self.listed { Value::Array(vec![value]) } else { value })
    }
}

/// Refuses an action that cannot be what it is said to be.
pub(super) fn check(action: &Action) -> Result<(), String> {
    let Some(verb) = &action.does else {
        if !action.always.is_empty() {
            return Err("it says what it `always` sets; say what the action `does`".into());
        }
        let mut sets = action.parameters.iter().filter(|(_, parameter)| {
            let says = parameter.sets.is_some() || parameter.nothing.is_some() || parameter.written.is_some();
            says || !parameter.words.is_empty() || parameter.listed || parameter.is.is_some()
        });
        return match sets.next() {
            Some((name, _)) => Err(format!("parameter {name}: it says what it sets; say what the action `does`")),
            None => Ok(()),
        };
    };
    if verb.writes() != (action.kind == ActionKind::Write) {
        return Err("an action that creates, edits or deletes is of kind write, and no other".into());
    }
    if verb.is_about_one() {
        // Else a slip of its author would be about whichever row is the first.
        match action.parameters.get(ID) {
            Some(id) if id.form == Form::Id && id.required => {}
            None if verb.kind() == ONLY_KIND => {}
            _ => return Err("it is about one row: its parameter `id` is of type id, and required".into()),
        }
    }
    let says_which_alone = match verb {
        Verb::Get(_) | Verb::NewCode(_) => true,
        Verb::Delete(kind) => kind != LEAVES_THINGS,
        _ => false,
    };
    if says_which_alone && let Some(other) = action.parameters.keys().find(|name| *name != ID) {
        return Err(format!("parameter {other}: who looks at a row or deletes it says which, and nothing else"));
    }
    let shape = match verb {
        Verb::List(_) => Shape::List,
        Verb::Delete(_) => Shape::None,
        _ => Shape::Object,
    };
    // What was changed need not be shown.
    if action.reply.shape == Shape::None && verb.writes() {
        return Ok(());
    }
    if action.reply.shape != shape {
        return Err(format!("the verb answers with the shape {shape:?}, its reply has another").to_lowercase());
    }
    let answered = verb.answers();
    if action.reply.of.as_deref() != Some(answered) {
        return Err(format!("it answers with the kind {answered}: reply of = \"{answered}\""));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn action(parameters: Value) -> Action {
        serde_json::from_value(json!({ "surface": "s", "name": "edit_line", "summary": "", "kind": "write",
            "roles": ["admin"], "does": { "edit": "line" }, "parameters": parameters,
            "reply": { "shape": "object", "of": "line", "fields": { "id": { "type": "id" } } } }))
        .unwrap()
    }

    fn asked(parameters: Value, sent: Value) -> (u32, Value) {
        let (id, fields) = action(parameters).asked(sent.as_object().unwrap());
        (id, Value::Object(fields))
    }

    #[test]
    fn what_was_sent_is_put_into_the_kinds_own_words() {
        let parameters = json!({ "id": { "type": "id" }, "is_trial": { "type": "flag", "sets": "trial" },
            "filter": { "type": "count", "words": { "1": "active" } },
            "stream_type": { "type": "text", "sets": "kinds", "words": { "radio_streams": "radio" }, "listed": true } });
        let sent = json!({ "id": 7, "is_trial": false, "filter": 1, "stream_type": "radio_streams" });
        let wanted = json!({ "trial": false, "filter": "active", "kinds": ["radio"] });
        assert_eq!(asked(parameters.clone(), sent), (7, wanted));
        assert_eq!(asked(parameters, json!({ "filter": 9, "other": 1 })), (1, json!({ "filter": 9 })));
    }

    #[test]
    fn some_values_stand_for_nothing() {
        let parameters = json!({ "member": { "type": "count", "sets": "owner", "nothing": "zero" },
            "same": { "type": "text", "nothing": "empty" }, "end": { "type": "date", "sets": "expiry" },
            "a_endless": { "type": "flag", "sets": "expiry", "nothing": "set" } });
        let sent = json!({ "member": 0, "same": "", "end": 5, "a_endless": true });
        assert_eq!(asked(parameters.clone(), sent).1, json!({ "owner": null, "same": null, "expiry": null }));
        let sent = json!({ "member": 3, "same": "x", "end": 5, "a_endless": false });
        assert_eq!(asked(parameters, sent).1, json!({ "owner": 3, "same": "x", "expiry": 5 }));
    }

    #[test]
    fn a_term_is_sent_in_parts_and_what_is_fixed_sets_nothing() {
        let parameters = json!({ "months": { "type": "count", "sets": "official.term", "as": "months" },
            "span": { "type": "text", "sets": "trials.window", "as": "unit", "words": { "day": "days" } },
            "price": { "type": "decimal", "sets": "official.price" }, "server": { "type": "count", "fixed": 0 } });
        let sent = json!({ "months": 3, "span": "day", "price": "5.00", "server": 0 });
        let wanted = json!({ "official.term": { "count": 3, "unit": "months" }, "official.price": "5.00",
            "trials.window": { "count": 1, "unit": "days" } });
        assert_eq!(asked(parameters.clone(), sent).1, wanted);
        let action = action(parameters);
        assert_eq!(action.sent_as("official.price"), Some("price"));
        assert_eq!(action.sent_as("trials"), Some("span"), "what sets something within it");
        assert_eq!(action.sent_as("server"), None);
    }

    #[test]
    fn two_flags_make_one_choice() {
        let parameters = json!({ "proxy": { "type": "flag", "sets": "delivery", "is": "proxy", "not": "fan_out" },
            "source": { "type": "flag", "sets": "delivery", "is": "redirect", "not": "fan_out" } });
        for (sent, delivery) in [
            (json!({}), None),
            (json!({ "proxy": false }), Some("fan_out")),
            (json!({ "proxy": true, "source": false }), Some("proxy")),
            (json!({ "proxy": false, "source": true }), Some("redirect")),
            (json!({ "proxy": true, "source": true }), Some("redirect")),
        ] {
            let wanted = delivery.map_or_else(|| json!({}), |word| json!({ "delivery": word }));
            assert_eq!(asked(parameters.clone(), sent).1, wanted);
        }
    }

    #[test]
    fn a_field_that_is_refused_has_the_name_under_which_it_was_sent() {
        let parameters = json!({ "end": { "type": "date", "sets": "expiry" }, "username": { "type": "text" },
            "a_endless": { "type": "flag", "sets": "expiry", "nothing": "set" } });
        let action = action(parameters);
        assert_eq!(action.sent_as("expiry"), Some("end"));
        assert_eq!(action.sent_as("username"), Some("username"));
        assert_eq!(action.sent_as("end"), None);
        assert_eq!(Action { does: None, ..action }.sent_as("expiry"), None);
    }

    #[test]
    fn an_action_is_what_it_is_said_to_be() {
        let wrong = |more: Value| {
            let parameters = json!({ "id": { "type": "id", "required": true }, "x": { "type": "int" } });
            let mut described = serde_json::to_value(action(parameters)).unwrap();
            described.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            check(&serde_json::from_value(described).unwrap()).err().unwrap_or_default()
        };
        assert_eq!(wrong(json!({})), "");
        assert!(wrong(json!({ "kind": "read" })).contains("of kind write"));
        assert!(wrong(json!({ "does": { "edit": "user" } })).contains("reply of = \"user\""));
        assert!(wrong(json!({ "reply": { "shape": "any" } })).contains("shape object"));
        for parameters in
            [json!({}), json!({ "id": { "type": "id" } }), json!({ "id": { "type": "text", "required": true } })]
        {
            assert!(wrong(json!({ "parameters": parameters })).contains("about one row"), "{parameters}");
        }
        let one = json!({ "shape": "object", "of": "settings", "fields": { "id": { "type": "id" } } });
        assert_eq!(wrong(json!({ "does": { "edit": "settings" }, "reply": one, "parameters": {} })), "");
        let parameters = json!({ "x": { "type": "int", "sets": "y" } });
        assert!(wrong(json!({ "does": null, "parameters": parameters })).contains("`does`"));
        let deletes = |kind: &str| {
            let parameters = json!({ "id": { "type": "id", "required": true }, "replace_with": { "type": "id" } });
            wrong(json!({ "does": { "delete": kind }, "parameters": parameters, "reply": { "shape": "none" } }))
        };
        assert!(deletes("line").contains("replace_with"));
        assert_eq!(deletes("user"), "", "what was theirs goes to somebody");
    }
}
