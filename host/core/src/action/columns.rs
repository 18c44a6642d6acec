//! Which fields of a reply a caller sees: the action's own list, cut by role, then by what the request asks for.
//! The check of the data's shape and the cut are one pass over its text.

use super::{Field, ReplyShape, Shape};
use crate::caller::CallerRole;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
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
    /// Its description lists fields, and this is no object with names that can be read. The error quotes nothing but
    /// where.
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
        let names = self.seen_by(role, columns).map(|(name, _)| name);
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        let mut shown = Shown { names, text: String::with_capacity(data.len()) };
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
    /// Sorted.
    names: Vec<&'s str>,
    text: String,
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
        let Shown { names, text } = self.0;
        text.push('{');
        while let Some(Name(name)) = members.next_key()? {
            if names.binary_search(&&*name).is_err() {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            // The names of fields are words, so that there is nothing to escape.
            text.extend(["\"", &*name, "\":", members.next_value::<&RawValue>()?.get(), ","]);
        }
        close(text, '}');
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

/// A member's name, borrowed where it holds no escape.
#[derive(Deserialize)]
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
