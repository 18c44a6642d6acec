//! Which fields of a reply a caller sees: the action's own list, cut by role, then by what the request asks for.
//! The check of the data's shape and the cut are one pass over its text.

use super::{Field, Form, ReplyShape, Shape};
use crate::caller::CallerRole;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What a request asks of the columns of its reply.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// The names to show; empty shows all.
    pub show: Vec<String>,
    /// The names to leave out, of those that are shown.
    pub hide: Vec<String>,
}

impl Columns {
    fn ask_for(&self, name: &str) -> bool {
        let holds = |names: &[String]| names.iter().any(|asked| asked == name);
        (self.show.is_empty() || holds(&self.show)) && !holds(&self.hide)
    }
}

/// Data that is not what its action's description says.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// It has another shape: what it is, and what it was described as.
    #[error("its reply is {0}, its description says {1}")]
    Shape(&'static str, &'static str),
    /// Its description lists fields, and this is not an object with readable names. The error says where, and quotes
    /// nothing.
    #[error("its description lists fields, so that its data is objects")]
    Row(#[from] serde_json::Error),
}

impl ReplyShape {
    /// What a caller of this role sees of `data`, which is JSON, when they ask for these columns. Data without listed
    /// fields is seen whole.
    ///
    /// # Errors
    /// When the data is not of this shape.
    pub fn shown(&self, data: &str, role: CallerRole, columns: &Columns) -> Result<String, Mismatch> {
        self.check_shape(data)?;
        let is_rows = matches!(self.shape, Shape::Object | Shape::List);
        if !is_rows || self.fields.is_empty() {
            return Ok(data.to_owned());
        }
        let mut fields: Vec<_> = self.seen_by(role, columns).collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        let mut shown = Shown { fields, role, text: String::with_capacity(data.len()) };
        let mut json = serde_json::Deserializer::from_str(data);
        match self.shape {
            Shape::List => json.deserialize_seq(Rows(&mut shown))?,
            _ => Row(&mut shown).deserialize(&mut json)?,
        }
        json.end()?;
        Ok(shown.text)
    }

    /// The fields that a caller of this role sees when they ask for these columns.
    pub(super) fn seen_by(&self, role: CallerRole, columns: &Columns) -> impl Iterator<Item = (&str, &Field)> {
        let of_role = self.fields.iter().filter(move |(_, field)| field.role.is_none_or(|least| role >= least));
        of_role.map(|(name, field)| (name.as_str(), field)).filter(|(name, _)| columns.ask_for(name))
    }

    fn check_shape(&self, data: &str) -> Result<(), Mismatch> {
        let found = match data.bytes().next() {
            None | Some(b'n') => "nothing",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(_) => "a single value",
        };
        let described = match self.shape {
            Shape::Object => "an object",
            Shape::List => "a list",
            Shape::None => "nothing",
            Shape::Raw => "a body",
            Shape::Any => return Ok(()),
        };
        if found == described { Ok(()) } else { Err(Mismatch::Shape(found, described)) }
    }
}

/// What is seen, as it is written.
struct Shown<'s> {
    /// Sorted by name.
    fields: Vec<(&'s str, &'s Field)>,
    role: CallerRole,
    text: String,
}

impl Shown<'_> {
    /// A member of a row: whole, or of its own members those that are listed.
    fn member(&mut self, field: &Field, json: &str) -> serde_json::Result<()> {
        if field.members.is_empty() || json == "null" {
            self.text.push_str(json);
            return Ok(());
        }
        let of_role = field.members.iter().filter(|(_, member)| member.role.is_none_or(|least| self.role >= least));
        let mut fields: Vec<_> = of_role.map(|(name, member)| (name.as_str(), member)).collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        let mut inner = Shown { fields, role: self.role, text: std::mem::take(&mut self.text) };
        let mut json = serde_json::Deserializer::from_str(json);
        let read = match field.form {
            Form::List => json.deserialize_seq(Rows(&mut inner)),
            _ => Row(&mut inner).deserialize(&mut json),
        };
        self.text = inner.text;
        read
    }
}

/// The rows of a list.
struct Rows<'w, 's>(&'w mut Shown<'s>);

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.0.text.push('[');
        while rows.next_element_seed(Row(self.0))?.is_some() {
            self.0.text.push(',');
        }
        close(&mut self.0.text, ']');
        Ok(())
    }
}

/// An object whose members stay text, in their order.
struct Row<'w, 's>(&'w mut Shown<'s>);

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let shown = self.0;
        shown.text.push('{');
        while let Some(Name(name)) = members.next_key()? {
            let known = shown.fields.binary_search_by_key(&&*name, |(field, _)| field);
            let Some((_, field)) = known.ok().and_then(|at| shown.fields.get(at)) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            // The names of fields are words, so that there is nothing to escape.
            shown.text.extend(["\"", &*name, "\":"]);
            shown.member(field, members.next_value::<&RawValue>()?.get()).map_err(serde::de::Error::custom)?;
            shown.text.push(',');
        }
        close(&mut shown.text, '}');
        Ok(())
    }
}

/// Ends what was written with a comma after each part.
fn close(text: &mut String, end: char) {
    if text.ends_with(',') {
        text.pop();
    }
    text.push(end);
}

/// The members of a JSON object, as they are written there; no members of anything else.
pub(super) fn members(data: &str) -> BTreeMap<Cow<'_, str>, &str> {
    let members: BTreeMap<Name<'_>, &RawValue> = serde_json::from_str(data).unwrap_or_default();
    members.into_iter().map(|(Name(name), json)| (name, json.get())).collect()
}

/// A member's name, borrowed where it holds no escape.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'d>(#[serde(borrow)] Cow<'d, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(kind: &str) -> ReplyShape {
        serde_json::from_value(json!({"shape": kind, "fields": {
            "id": {"type": "id"}, "username": {"type": "text"}, "admin_notes": {"type": "text", "role": "admin"},
        }}))
        .unwrap()
    }

    fn seen(kind: &str, role: CallerRole, show: &[&str], hide: &[&str], data: &str) -> String {
        let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect();
        shape(kind).shown(data, role, &Columns { show: names(show), hide: names(hide) }).unwrap()
    }

    const LINE: &str = r#"{"username":"a, \"b\"","id":1,"admin_notes":"n","internal":7}"#;

    #[test]
    fn fields_of_a_higher_role_and_unlisted_fields_never_leave() {
        let of_reseller = r#"{"username":"a, \"b\"","id":1}"#;
        assert_eq!(seen("object", CallerRole::Reseller, &[], &[], LINE), of_reseller);
        assert_eq!(seen("object", CallerRole::Reseller, &["admin_notes", "id"], &[], LINE), r#"{"id":1}"#);
        let of_admin = r#"{"username":"a, \"b\"","id":1,"admin_notes":"n"}"#;
        assert_eq!(seen("object", CallerRole::Admin, &[], &[], LINE), of_admin);
    }

    #[test]
    fn columns_are_shown_and_hidden_by_name_in_each_row() {
        let rows = format!(" [ {LINE} , {LINE},{{}}]").trim_start().to_owned();
        assert_eq!(seen("list", CallerRole::Admin, &["id", "nothing"], &[], &rows), r#"[{"id":1},{"id":1},{}]"#);
        assert_eq!(
            seen("list", CallerRole::Admin, &[], &["id", "username"], &rows),
            r#"[{"admin_notes":"n"},{"admin_notes":"n"},{}]"#
        );
        assert_eq!(seen("list", CallerRole::Admin, &["none"], &[], &rows), "[{},{},{}]");
        assert_eq!(seen("list", CallerRole::Admin, &[], &[], "[]"), "[]");
    }

    #[test]
    fn members_of_a_field_are_cut_like_fields_however_deep() {
        let shape: ReplyShape = serde_json::from_value(json!({"shape": "object", "fields": {
            "id": {"type": "id"},
            "price": {"type": "object", "members": {"amount": {"type": "decimal"}, "cost": {"type": "decimal", "role": "admin"}}},
            "items": {"type": "list", "members": {"name": {"type": "text"}}},
        }}))
        .unwrap();
        let data = r#"{"id":1,"price":{"amount":"1","cost":"2","x":3},"items":[{"name":"a","y":1},{}]}"#;
        let seen = |role| shape.shown(data, role, &Columns::default()).unwrap();
        let of_line = r#"{"id":1,"price":{"amount":"1"},"items":[{"name":"a"},{}]}"#;
        assert_eq!(seen(CallerRole::Line), of_line);
        assert!(seen(CallerRole::Admin).contains(r#""price":{"amount":"1","cost":"2"}"#));
        let nothing = shape.shown(r#"{"price":null}"#, CallerRole::Line, &Columns::default());
        assert_eq!(nothing.unwrap(), r#"{"price":null}"#);
        assert!(shape.shown(r#"{"price":7}"#, CallerRole::Line, &Columns::default()).is_err());
    }

    #[test]
    fn other_data_stays_as_it_is() {
        assert_eq!(seen("any", CallerRole::Line, &["id"], &[], LINE), LINE);
        assert_eq!(seen("any", CallerRole::Line, &["id"], &[], "[1, 2]"), "[1, 2]");
    }

    #[test]
    fn data_of_another_shape_than_described_is_found() {
        for (kind, data) in [("object", "[]"), ("list", "{}"), ("raw", "{}"), ("none", "1"), ("object", "null")] {
            let found = shape(kind).shown(data, CallerRole::Admin, &Columns::default());
            assert!(matches!(found, Err(Mismatch::Shape(_, _))), "{kind} {data}");
        }
    }

    #[test]
    fn data_with_columns_is_objects_down_to_each_row() {
        for data in ["[10]", "[{},null]", "[[]]", r#"[{"\ud800":1}]"#, "[{}]x", "[{}", r#"[{"id":}]"#] {
            let found = shape("list").shown(data, CallerRole::Admin, &Columns::default());
            assert!(matches!(found, Err(Mismatch::Row(_))), "{data}");
        }
        let without_columns = ReplyShape { shape: Shape::List, ..ReplyShape::default() };
        assert!(without_columns.shown("[10]", CallerRole::Admin, &Columns::default()).is_ok());
    }
}
