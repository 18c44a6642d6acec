//! One value as it was sent: a text, or a member of a JSON body with its type.

use serde_json::Value;
use std::borrow::Cow;

/// Deepest nesting of a parameter's name (`a[b][c]`) and of a document.
pub(in crate::action) const MAX_DEPTH: usize = 4;

/// One value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Given<'r> {
    /// Of path, query, form, header or cookie.
    Text(Cow<'r, str>),
    /// Of a JSON body.
    Json(Value),
    /// Of a JSON body, borrowed from its object.
    Member(&'r Value),
}

impl Given<'_> {
    /// As text: what a form would have sent. A list or an object is its JSON, null is empty.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Given::Text(text) => Cow::Borrowed(text),
            Given::Json(value) => text_of(value),
            Given::Member(value) => text_of(value),
        }
    }

    /// Whether it says nothing: an empty text.
    pub(in crate::action) fn is_empty(&self) -> bool {
        match self {
            Given::Text(text) => text.is_empty(),
            _ => self.json().is_some_and(|value| value.as_str().is_some_and(str::is_empty)),
        }
    }

    /// Whether it says null, as only JSON can.
    pub(in crate::action) fn is_null(&self) -> bool {
        self.json().is_some_and(Value::is_null)
    }

    /// The value that a JSON body had.
    pub(in crate::action) fn json(&self) -> Option<&Value> {
        match self {
            Given::Text(_) => None,
            Given::Json(value) => Some(value),
            Given::Member(value) => Some(value),
        }
    }

    /// The same, without a copy.
    pub(super) fn by_reference(&self) -> Given<'_> {
        match self {
            Given::Text(text) => Given::Text(Cow::Borrowed(text)),
            Given::Json(value) => Given::Member(value),
            Given::Member(value) => Given::Member(value),
        }
    }

    /// The members of an object, or of the JSON object that a text holds. An empty list is an object without
    /// members, as PHP writes one.
    pub(super) fn members(&self) -> Option<Vec<(Cow<'_, str>, Given<'_>)>> {
        match self.json() {
            Some(Value::Object(members)) => {
                Some(members.iter().map(|(name, value)| (Cow::from(name), Given::Member(value))).collect())
            }
            Some(Value::Array(items)) if items.is_empty() => Some(Vec::new()),
            Some(Value::String(text)) => owned_members(text),
            Some(_) => None,
            None => owned_members(&self.text()),
        }
    }
}

fn owned_members(text: &str) -> Option<Vec<(Cow<'static, str>, Given<'static>)>> {
    match serde_json::from_str(text).ok()? {
        value @ Value::Object(_) if depth(&value) > MAX_DEPTH => None,
        Value::Object(members) => {
            Some(members.into_iter().map(|(name, value)| (Cow::Owned(name), Given::Json(value))).collect())
        }
        Value::Array(items) if items.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

/// The values of a list parameter, as they were sent.
pub(in crate::action) enum Many<'g, 'r> {
    /// `x[]=a&x[]=b` or `x[0]=a&x[1]=b`.
    Items(Vec<&'g Given<'r>>),
    /// `x=…`: a JSON array, one in a text, or a comma list.
    One(&'g Given<'r>),
}

/// How deep the containers of a value nest; 0 for a scalar.
pub(in crate::action) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
