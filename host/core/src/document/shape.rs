//! By what the documents of a collection are found: indexes, and unique keys that at most one document has.

use super::ordered;
use crate::Refusal;
use crate::refusal::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Most values of one list that an index holds.
pub const MAX_ENTRIES: usize = 64;

/// By what the documents of a collection are found. An index is named by its fields: `email`, `address.city`, and
/// `customer+created_at` for both in this order. A field that holds a list is found by each of its values, when it
/// is the only one of its index. The names are checked where they are declared.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Shape {
    /// Names of indexes.
    pub indexes: BTreeSet<String>,
    /// Names of unique keys. A document that lacks one of its fields has no such key.
    pub unique: BTreeSet<String>,
    /// Fields that no audit shows.
    #[serde(default)]
    pub secret: BTreeSet<String>,
}

/// By what one document is found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Indexed {
    /// Index and value, in the order of values.
    pub entries: BTreeSet<(String, Vec<u8>)>,
    /// Unique key and value.
    pub keys: BTreeMap<String, Vec<u8>>,
    /// The text that a search looks at.
    pub searched: String,
    /// Its fields that no audit shows.
    pub secrets: BTreeSet<String>,
    /// What it refers to: the field, and the kind and number of what it names.
    pub references: BTreeSet<(&'static str, String, u32)>,
}

impl Shape {
    /// By what a document is found.
    ///
    /// # Errors
    /// `invalid_input` for a value that has no place in its index.
    pub fn place(&self, fields: &Map<String, Value>) -> Result<Indexed, Refusal> {
        let mut indexed = Indexed { secrets: self.secret.clone(), ..Indexed::default() };
        for name in &self.indexes {
            for value in entries(name, fields)? {
                indexed.entries.insert((name.clone(), value));
            }
        }
        for name in &self.unique {
            let values = values(name, fields);
            if values.iter().all(|value| !value.is_null()) {
                indexed.keys.insert(name.clone(), ordered::bytes(name, values)?);
            }
        }
        Ok(indexed)
    }

    /// The bytes of a unique key's values.
    ///
    /// # Errors
    /// `invalid_input` for a key that the collection does not have, and for values that are none.
    pub fn key(&self, name: &str, values: &[Value]) -> Result<Vec<u8>, Refusal> {
        if !self.unique.contains(name) {
            let known = self.unique.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!("There is no unique key {name}; there are: {known}.");
            return Err(Refusal::field(Code::InvalidInput, "key", message));
        }
        let wanted = name.split('+').count();
        if values.len() != wanted || values.iter().any(Value::is_null) {
            let message = format!("The key {name} takes {wanted} values, none of them null.");
            return Err(Refusal::field(Code::InvalidInput, "values", message));
        }
        ordered::bytes(name, values)
    }
}

const NULL: &Value = &Value::Null;

/// The values of an index's fields, null for what is not there.
fn values<'f>(name: &str, fields: &'f Map<String, Value>) -> Vec<&'f Value> {
    let at = |path: &str| {
        let mut parts = path.split('.');
        let first = parts.next().and_then(|part| fields.get(part));
        parts.fold(first, |value, part| value?.get(part)).unwrap_or(NULL)
    };
    name.split('+').map(at).collect()
}

/// Where a document stands in an index: nowhere when it has none of the fields.
fn entries(name: &str, fields: &Map<String, Value>) -> Result<Vec<Vec<u8>>, Refusal> {
    let values = values(name, fields);
    match values.as_slice() {
        [Value::Array(list)] if list.len() > MAX_ENTRIES => {
            let message = format!("{name} is found by each of its values and has at most {MAX_ENTRIES}.");
            Err(Refusal::field(Code::InvalidInput, name.to_owned(), message))
        }
        [Value::Array(list)] => list.iter().map(|value| ordered::bytes(name, [value])).collect(),
        all if all.iter().all(|value| value.is_null()) => Ok(Vec::new()),
        all => Ok(vec![ordered::bytes(name, all.iter().copied())?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(indexes: &[&str], unique: &[&str]) -> Shape {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Shape { indexes: set(indexes), unique: set(unique), ..Shape::default() }
    }

    fn place(shape: &Shape, value: &Value) -> Indexed {
        shape.place(value.as_object().unwrap()).unwrap()
    }

    #[test]
    fn a_document_is_found_by_what_it_has() {
        let shape = shape(&["customer+ended_at", "tags", "address.city"], &["email"]);
        let placed = place(&shape, &json!({"customer": 7, "tags": ["a", "b"], "address": {"city": "Graz"}}));
        let names: Vec<_> = placed.entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["address.city", "customer+ended_at", "tags", "tags"]);
        assert!(placed.keys.is_empty(), "without an address it has no such key");
        assert_eq!(place(&shape, &json!({"email": "a"})).keys.len(), 1);
        assert_eq!(place(&shape, &json!({})), Indexed::default());
    }

    #[test]
    fn a_key_is_asked_for_by_its_values() {
        let shape = shape(&[], &["kind+mac"]);
        let placed = place(&shape, &json!({"kind": "mag", "mac": "00:1A:79:00:00:01"}));
        let asked = shape.key("kind+mac", &[json!("mag"), json!("00:1A:79:00:00:01")]).unwrap();
        assert_eq!(placed.keys["kind+mac"], asked);
        assert_eq!(shape.key("mac", &[json!("x")]).unwrap_err().field.as_deref(), Some("key"));
        assert_eq!(shape.key("kind+mac", &[json!("x")]).unwrap_err().field.as_deref(), Some("values"));
    }
}
