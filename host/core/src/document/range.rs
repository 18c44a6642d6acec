//! A page of a collection: which part of an index, in which order, behind which document.

use super::{Shape, ordered};
use crate::refusal::Code;
use crate::{DocumentId, Refusal};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Rows of a page when the query does not say.
const USUAL: u32 = 50;
/// Most rows of a page.
const MOST: u32 = 1_000;

/// Where a page ends: the value in its index, and the document. Written as text of hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cursor {
    /// The value; empty in lists by id.
    pub value: Vec<u8>,
    /// The document.
    pub id: DocumentId,
}

/// A part of a collection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// Whose documents.
    pub collection: String,
    /// By which index; none lists them by id.
    pub index: Option<String>,
    /// The least value.
    pub from: Vec<u8>,
    /// Values from this on are not in it; none has no end.
    pub to: Option<Vec<u8>>,
    /// The page goes on behind this one.
    pub after: Option<Cursor>,
    /// Greatest first.
    pub descending: bool,
    /// Most documents to return, 1 to 1,000.
    pub limit: u32,
}

/// What a query may say.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    index: Option<String>,
    equal: Vec<Value>,
    from: Option<Value>,
    to: Option<Value>,
    after: Option<String>,
    descending: bool,
    limit: Option<u32>,
}

impl Cursor {
    fn parse(text: &str) -> Option<Cursor> {
        let (id, value) = text.split_once('.')?;
        let pair = |at: usize| value.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let is_even = value.is_ascii() && value.len().is_multiple_of(2);
        let value = (0..value.len()).step_by(2).map(pair).collect::<Option<Vec<u8>>>().filter(|_| is_even)?;
        Some(Cursor { value, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.", self.id)?;
        self.value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Range {
    /// The part of a collection that a query asks for: `{"index","equal","from","to","after","descending","limit"}`,
    /// all optional. `equal` has the values of the index's first fields, one or more; `from` is the least value of the
    /// next field, and `to` the first one that is no longer in it.
    ///
    /// # Errors
    /// `invalid_input` by the name of what does not fit.
    pub fn parse(collection: String, shape: &Shape, query: Map<String, Value>) -> Result<Range, Refusal> {
        let refused = |name: &'static str, message: String| Refusal::field(Code::InvalidInput, name, message);
        let malformed = |error: serde_json::Error| refused("query", format!("The query of a list: {error}"));
        let asked: Asked = serde_json::from_value(Value::Object(query)).map_err(malformed)?;
        if let Some(index) = &asked.index
            && !shape.indexes.contains(index)
        {
            let known = shape.indexes.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(refused("index", format!("There is no index {index}; there are: {known}.")));
        }
        let bounds = asked.equal.len() + usize::from(asked.from.is_some() || asked.to.is_some());
        let fields = asked.index.as_deref().map_or(0, |index| index.split('+').count());
        if bounds > fields {
            return Err(refused("index", format!("{bounds} fields are bounded; the list is by {fields}.")));
        }
        let after = match &asked.after {
            None => None,
            Some(text) => Some(Cursor::parse(text).ok_or_else(|| {
                refused("after", "This is no cursor of a page; leave it out for the first one.".into())
            })?),
        };
        let equal = ordered::bytes("equal", &asked.equal)?;
        let with =
            |name: &str, value: &Value| ordered::bytes(name, [value]).map(|bytes| [equal.as_slice(), &bytes].concat());
        let from = asked.from.as_ref().map_or(Ok(equal.clone()), |value| with("from", value))?;
        let to = match &asked.to {
            Some(value) => Some(with("to", value)?),
            None => (!equal.is_empty()).then(|| ordered::behind(equal)),
        };
        let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
        Ok(Range { collection, index: asked.index, from, to, after, descending: asked.descending, limit })
    }

    /// Whether a place is in the range, and behind the page before.
    pub fn holds(&self, place: &Cursor) -> bool {
        let is_within = place.value >= self.from && self.to.as_ref().is_none_or(|to| place.value < *to);
        let is_behind = |after: &Cursor| if self.descending { place < after } else { place > after };
        is_within && self.after.as_ref().is_none_or(is_behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape() -> Shape {
        Shape { indexes: ["customer+at".to_owned(), "at".to_owned()].into(), ..Shape::default() }
    }

    fn range(query: Value) -> Result<Range, Refusal> {
        Range::parse("billing/invoices".into(), &shape(), query.as_object().unwrap().clone())
    }

    fn place(values: Value, id: u32) -> Cursor {
        Cursor { value: ordered::bytes("x", values.as_array().unwrap()).unwrap(), id: DocumentId(id) }
    }

    #[test]
    fn a_range_holds_what_its_bounds_say() {
        let of_seven = range(json!({"index": "customer+at", "equal": [7], "from": 100, "to": 200})).unwrap();
        assert!(of_seven.holds(&place(json!([7, 100]), 1)) && of_seven.holds(&place(json!([7, 199]), 1)));
        for outside in [json!([7, 99]), json!([7, 200]), json!([6, 150]), json!([8, 150])] {
            assert!(!of_seven.holds(&place(outside.clone(), 1)), "{outside}");
        }
        let all_of_seven = range(json!({"index": "customer+at", "equal": [7]})).unwrap();
        assert!(all_of_seven.holds(&place(json!([7, null]), 1)) && all_of_seven.holds(&place(json!([7, "x"]), 1)));
        assert!(!all_of_seven.holds(&place(json!([8, null]), 1)));
    }

    #[test]
    fn a_page_goes_on_behind_its_cursor_in_both_directions() {
        let cursor = place(json!([100]), 5);
        let query = json!({"index": "at", "after": cursor.to_string()});
        let up = range(query.clone()).unwrap();
        assert_eq!(up.after.as_ref(), Some(&cursor));
        assert!(up.holds(&place(json!([100]), 6)) && !up.holds(&place(json!([100]), 5)));
        let mut down = query;
        down["descending"] = json!(true);
        let down = range(down).unwrap();
        assert!(down.holds(&place(json!([100]), 4)) && !down.holds(&place(json!([100]), 5)));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        for (query, field) in [
            (json!({"index": "email"}), "index"),
            (json!({"equal": [1]}), "index"),
            (json!({"index": "at", "equal": [1], "from": 2}), "index"),
            (json!({"index": "at", "equal": [1.5]}), "equal"),
            (json!({"after": "zz"}), "after"),
            (json!({"after": "1.0g"}), "after"),
            (json!({"after": "1.ä"}), "after"),
            (json!({"limit": -1}), "query"),
            (json!({"colour": 1}), "query"),
        ] {
            assert_eq!(range(query.clone()).unwrap_err().field.as_deref(), Some(field), "{query}");
        }
        assert_eq!(range(json!({"limit": 5_000})).unwrap().limit, 1_000);
    }
}
