//! Values of documents as bytes that are in order as the values are, so that one comparison of bytes serves every
//! index, whatever it holds and however many fields it has.

use crate::Refusal;
use crate::refusal::Code;
use serde_json::Value;
use storekey::Encode;

/// Longest text that stands in an index, in bytes.
pub const LONGEST_TEXT: usize = 512;

/// What can stand in an index, in its order. These bytes are stored: what comes later comes last.
#[derive(Encode)]
enum Ordered {
    Nothing,
    Flag(bool),
    Whole(i64),
    Text(String),
}

/// The values of an index's fields, one behind the other: the bytes of the first of them are the beginning of the bytes
/// of all.
///
/// # Errors
/// `invalid_input`, with `name` as the field, for what has no place in an index.
pub(super) fn bytes<'v>(name: &str, values: impl IntoIterator<Item = &'v Value>) -> Result<Vec<u8>, Refusal> {
    let refused = |message: String| Refusal::field(Code::InvalidInput, name.to_owned(), message);
    let mut all = Vec::new();
    for value in values {
        let ordered = match value {
            Value::Null => Ordered::Nothing,
            Value::Bool(flag) => Ordered::Flag(*flag),
            Value::Number(number) => Ordered::Whole(number.as_i64().ok_or_else(|| {
                refused(format!("{name} is found by its value: a whole number of 64 bits, or a text for decimals."))
            })?),
            Value::String(text) if text.len() <= LONGEST_TEXT => Ordered::Text(text.clone()),
            Value::String(_) => {
                return Err(refused(format!("{name} is found by its value and has at most {LONGEST_TEXT} bytes.")));
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(refused(format!("{name} is found by its value: a text, a whole number or a flag.")));
            }
        };
        storekey::encode(&mut all, &ordered).map_err(|error| refused(format!("{name}: {error}")))?;
    }
    Ok(all)
}

/// The first bytes that are behind everything that begins with `prefix`: no value begins with 255.
pub(super) fn behind(mut prefix: Vec<u8>) -> Vec<u8> {
    prefix.push(u8::MAX);
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(values: &Value) -> Vec<u8> {
        bytes("field", values.as_array().unwrap()).unwrap()
    }

    #[test]
    fn bytes_are_in_the_order_of_their_values() {
        let sorted = [
            json!([null]),
            json!([false]),
            json!([true]),
            json!([i64::MIN]),
            json!([-1]),
            json!([0]),
            json!([1]),
            json!([i64::MAX]),
            json!([""]),
            json!(["\u{0}"]),
            json!(["\u{0}\u{1}"]),
            json!(["a"]),
            json!(["a", 1]),
            json!(["a", 2]),
            json!(["a\u{0}"]),
            json!(["ab"]),
            json!(["ä"]),
            json!(["\u{10ffff}"]),
        ];
        let encoded: Vec<_> = sorted.iter().map(of).collect();
        for (pair, shown) in encoded.windows(2).zip(sorted.windows(2)) {
            assert!(pair[0] < pair[1], "{shown:?}");
        }
    }

    #[test]
    fn what_begins_with_a_value_is_before_what_is_behind_it() {
        let prefix = of(&json!(["a"]));
        let inside = of(&json!(["a", "\u{10ffff}"]));
        assert!(inside.starts_with(&prefix) && inside < behind(prefix.clone()));
        assert!(of(&json!(["a\u{0}"])) > behind(prefix), "a longer text is another text");
    }

    #[test]
    fn stored_bytes_stay_what_they_are() {
        assert_eq!(of(&json!([null, true, 1, "a"])), [2, 3, 3, 4, 128, 0, 0, 0, 0, 0, 0, 1, 5, 97, 0]);
    }

    #[test]
    fn what_has_no_order_is_refused_by_its_field() {
        for value in [json!(1.5), json!(u64::MAX), json!({}), json!([]), json!("x".repeat(LONGEST_TEXT + 1))] {
            let refused = bytes("price", [&value]).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some("price"), "{value}");
        }
    }
}
