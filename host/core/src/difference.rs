//! What differs between two documents, out of their texts. Most changes touch one field of thirty: only those that differ
//! become values, and no field costs more than to be written and looked over.

use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// The members that differ between two JSON objects, as (before, after).
///
/// # Errors
/// When one of them is no JSON object.
pub fn difference(before: &str, after: &str) -> serde_json::Result<(Map<String, Value>, Map<String, Value>)> {
    let (old, new): (Members<'_>, Members<'_>) = (serde_json::from_str(before)?, serde_json::from_str(after)?);
    Ok((old.other_than(&new)?, new.other_than(&old)?))
}

/// The members of an object, in their order; their values as they are written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Those that the other object does not have, or not with this value.
    fn other_than(&self, other: &Members<'_>) -> serde_json::Result<Map<String, Value>> {
        let mut differing = Map::new();
        for (at, (name, value)) in self.0.iter().enumerate() {
            // States of one thing have the same members at the same places, but for some that may be left out.
            let same = other.0.get(at).filter(|(there, _)| there == name);
            let same = same.or_else(|| other.0.iter().find(|(there, _)| there == name));
            if same.is_none_or(|(_, there)| there.get() != value.get()) {
                differing.insert(name.clone().into_owned(), serde_json::from_str(value.get())?);
            }
        }
        Ok(differing)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'a>, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(40);
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visitor).map(Members)
    }
}

/// A member's name, borrowed where it holds no escape.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_that_differ_are_told_from_both_sides() {
        let told = |before: &str, after: &str| {
            let (before, after) = difference(before, after).unwrap();
            (Value::from(before), Value::from(after))
        };
        assert_eq!(told(r#"{"a":1,"b":[1,2]}"#, r#"{"a":1,"b":[1,2]}"#), (json!({}), json!({})));
        assert_eq!(
            told(r#"{"a":1,"b":{"x":"y"},"c":null}"#, r#"{"a":2,"b":{"x":"z"},"c":null}"#),
            (json!({ "a": 1, "b": { "x": "y" } }), json!({ "a": 2, "b": { "x": "z" } }))
        );
        assert_eq!(told(r#"{"a":1,"b":2,"c":3}"#, r#"{"b":2,"c":3,"d":4}"#), (json!({ "a": 1 }), json!({ "d": 4 })));
        assert_eq!(told(r#"{"a\"b":1}"#, r#"{"a\"b":2}"#), (json!({ "a\"b": 1 }), json!({ "a\"b": 2 })));
        assert_eq!(told(r#"{"é":"ü"}"#, r#"{"é":"ü"}"#), (json!({}), json!({})));
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for wrong in ["[]", "7", "", "{"] {
            assert!(difference(wrong, "{}").is_err() && difference("{}", wrong).is_err(), "{wrong:?}");
        }
    }
}
