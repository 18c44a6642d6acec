//! What operations of one document share: schemas by name, each once.

use serde_json::{Map, Value, json};

/// The schemas of a document.
#[derive(Default)]
pub(super) struct Schemas(Map<String, Value>);

impl Schemas {
    /// A reference to a schema. One that is there already is shared, whatever it was called; a name that another schema
    /// has gets a number.
    pub(super) fn shared(&mut self, name: &str, schema: Value) -> Value {
        let known = self.0.iter().find(|(_, known)| **known == schema).map(|(name, _)| name.clone());
        let name = known.unwrap_or_else(|| self.add(name, schema));
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// Whether no schema has this name, or this one has.
    pub(super) fn is_free(&self, name: &str, schema: &Value) -> bool {
        self.0.get(name).is_none_or(|known| known == schema)
    }

    fn add(&mut self, name: &str, schema: Value) -> String {
        let mut free = name.to_owned();
        for number in 2.. {
            if !self.0.contains_key(&free) {
                break;
            }
            free = format!("{name}{number}");
        }
        self.0.insert(free.clone(), schema);
        free
    }

    /// What a reference leads to; anything else is itself.
    pub(super) fn meant<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.0.get(name)).unwrap_or(schema)
    }

    /// All of them.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A name of a schema: `create_line` as `CreateLine`.
pub(super) fn titled(words: &str) -> String {
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let titled = words.map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    titled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_schema_has_one_name_and_one_name_one_schema() {
        let mut schemas = Schemas::default();
        let line = schemas.shared("Line", json!({ "type": "object" }));
        assert_eq!(line, json!({ "$ref": "#/components/schemas/Line" }));
        assert_eq!(schemas.shared("Other", json!({ "type": "object" })), line);
        let text = schemas.shared("Line", json!({ "type": "string" }));
        assert_eq!(text, json!({ "$ref": "#/components/schemas/Line2" }));
        assert_eq!(schemas.meant(&text), &json!({ "type": "string" }));
        assert_eq!(titled("user.create_line"), "UserCreateLine");
    }
}
