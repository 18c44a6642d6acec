//! Templates of envelopes as schemas: what an answer looks like, with a schema where a value stands.

use super::schema::may_be_null;
use crate::action::{Absent, SPREAD, Slot, Template};
use serde_json::{Map, Value, json};

/// Whether a slot has a value in an answer.
#[derive(Clone)]
pub(super) enum Presence {
    /// In each.
    Always(Value),
    /// In some.
    Sometimes(Value),
    /// In none.
    Never,
}

/// What is known of the answers that a template makes.
pub(super) struct Answers<'a> {
    /// What stands in a slot.
    pub(super) slot: &'a dyn Fn(Slot) -> Presence,
    /// The members that a slot lends where it is spread out; none where nothing is known of them.
    pub(super) members: &'a dyn Fn(Slot) -> Option<Map<String, Value>>,
}

impl Answers<'_> {
    /// The schema of what a template makes; none where that may be nothing at all.
    pub(super) fn schema(&self, template: &Template) -> Value {
        match self.part(template) {
            Presence::Always(schema) | Presence::Sometimes(schema) => schema,
            Presence::Never => json!({ "type": "null" }),
        }
    }

    /// A part as it stands in the answer: a slot without a value may be left out.
    fn part(&self, template: &Template) -> Presence {
        match template {
            Template::Constant(value) => Presence::Always(json!({ "const": value })),
            Template::Slot(slot, absent) => filled((self.slot)(*slot), absent),
            Template::List(items) => Presence::Always(self.list(items)),
            Template::Object(members) => Presence::Always(self.object(members)),
        }
    }

    fn list(&self, items: &[Template]) -> Value {
        let parts: Vec<_> = items.iter().map(|item| self.part(item)).collect();
        let is_fixed = parts.iter().all(|part| matches!(part, Presence::Always(_)));
        let schemas = parts.into_iter().filter_map(|part| match part {
            Presence::Always(schema) | Presence::Sometimes(schema) => Some(schema),
            Presence::Never => None,
        });
        let schemas: Vec<_> = schemas.collect();
        match (schemas.is_empty(), is_fixed) {
            (true, _) => json!({ "type": "array", "items": {}, "maxItems": 0 }),
            (false, true) => {
                json!({ "type": "array", "prefixItems": schemas, "minItems": schemas.len(), "maxItems": schemas.len() })
            }
            (false, false) => json!({ "type": "array", "items": any_of(schemas) }),
        }
    }

    fn object(&self, members: &[(String, Template)]) -> Value {
        let (mut properties, mut required, mut is_closed) = (Map::new(), Vec::new(), true);
        for (name, member) in members {
            if name == SPREAD {
                let lent = if let Template::Slot(slot, _) = member { (self.members)(*slot) } else { None };
                is_closed &= lent.is_some();
                properties.extend(lent.unwrap_or_default());
                continue;
            }
            match self.part(member) {
                Presence::Always(schema) => {
                    required.push(name);
                    properties.insert(name.clone(), schema);
                }
                Presence::Sometimes(schema) => drop(properties.insert(name.clone(), schema)),
                Presence::Never => {}
            }
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if is_closed {
            schema["additionalProperties"] = false.into();
        }
        schema
    }
}

/// A slot with what stands there when it has no value.
fn filled(presence: Presence, absent: &Absent) -> Presence {
    let instead = match absent {
        Absent::Left => return presence,
        Absent::Null => json!({ "type": "null" }),
        Absent::Json(json) => match serde_json::from_str::<Value>(json) {
            Ok(Value::Array(items)) if items.is_empty() => json!({ "type": "array", "items": {}, "maxItems": 0 }),
            Ok(value) => json!({ "const": value }),
            Err(_) => json!({}),
        },
    };
    Presence::Always(match (presence, absent) {
        (Presence::Always(schema), _) => schema,
        (Presence::Sometimes(Value::Object(mut schema)), Absent::Null) if schema.contains_key("type") => {
            may_be_null(&mut schema);
            Value::Object(schema)
        }
        (Presence::Sometimes(schema), _) => any_of(vec![schema, instead]),
        (Presence::Never, _) => instead,
    })
}

/// One of several schemas; the one that there is.
pub(super) fn any_of(schemas: Vec<Value>) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    for schema in schemas {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    }
    match distinct.len() {
        1 => distinct.remove(0),
        _ => json!({ "anyOf": distinct }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(template: Value) -> Value {
        let template: Template = serde_json::from_value(template).unwrap();
        let slot = |slot| match slot {
            Slot::Data => Presence::Sometimes(json!({ "type": "object" })),
            Slot::Total => Presence::Sometimes(json!({ "type": "integer" })),
            Slot::Request => Presence::Always(json!({ "type": "string" })),
            _ => Presence::Never,
        };
        let members = |_| Some(Map::from_iter([("id".to_owned(), json!({ "type": "integer" }))]));
        Answers { slot: &slot, members: &members }.schema(&template)
    }

    #[test]
    fn slots_without_a_value_are_left_out_null_or_what_the_template_says() {
        let made = schema(json!({ "status": "OK", "data": "{data:[]}", "total": "{total?}", "next": "{total}",
            "plan": "{plan?}", "error": "{message}", "id": "{request}", "none": [] }));
        assert_eq!(made["properties"]["status"], json!({ "const": "OK" }));
        assert_eq!(made["properties"]["next"], json!({ "type": ["integer", "null"] }));
        assert_eq!(made["properties"]["error"], json!({ "type": "null" }));
        assert_eq!(made["properties"]["data"]["anyOf"][1]["maxItems"], 0);
        assert_eq!(made["properties"].get("plan"), None);
        assert_eq!(made["additionalProperties"], false);
        let mut required: Vec<_> =
            made["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        required.sort_unstable();
        assert_eq!(required, ["data", "error", "id", "next", "none", "status"]);
    }

    #[test]
    fn an_object_lends_its_members() {
        let made = schema(json!({ "result": true, "...": "{data}" }));
        assert_eq!(made["properties"]["id"], json!({ "type": "integer" }));
        assert_eq!(made["required"], json!(["result"]));
    }
}
