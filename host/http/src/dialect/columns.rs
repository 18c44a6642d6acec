//! Which fields of a reply a caller sees: the action's own list, cut by role, then by what
//! `show_columns` and `hide_columns` ask for. Refuses to know what the fields mean.

use host_core::action::{ReplyShape, Shape};
use host_core::caller::CallerRole;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a request asks of its columns.
#[derive(Default)]
pub(crate) struct Asked<'r> {
    /// Comma list; empty shows all.
    pub(crate) show: &'r str,
    /// Comma list.
    pub(crate) hide: &'r str,
}

/// The data with only the columns that this caller may see and asked for; none when the reply
/// stays as it is. Rows of a list and objects are trimmed; other data has no columns.
pub(crate) fn trimmed(
    shape: &ReplyShape,
    role: CallerRole,
    asked: &Asked<'_>,
    data: &RawValue,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    if shape.fields.is_empty() || data.get() == "null" {
        return Ok(None);
    }
    let seen = |name: &str| sees(shape, role, asked, name);
    match shape.shape {
        Shape::Object => {
            let row: Row<'_> = serde_json::from_str(data.get())?;
            serde_json::value::to_raw_value(&Trimmed { row: &row, seen: &seen }).map(Some)
        }
        Shape::List => {
            let rows: Vec<Row<'_>> = serde_json::from_str(data.get())?;
            let rows: Vec<_> = rows.iter().map(|row| Trimmed { row, seen: &seen }).collect();
            serde_json::value::to_raw_value(&rows).map(Some)
        }
        Shape::None | Shape::Any | Shape::Raw => Ok(None),
    }
}

fn sees(shape: &ReplyShape, role: CallerRole, asked: &Asked<'_>, name: &str) -> bool {
    let listed = |list: &str| list.split(',').any(|column| column.trim() == name);
    shape.fields.get(name).is_some_and(|field| field.role.is_none_or(|least| role >= least))
        && (asked.show.is_empty() || listed(asked.show))
        && !listed(asked.hide)
}

/// An object whose members stay text, in their order.
struct Row<'d>(Vec<(Cow<'d, str>, &'d RawValue)>);

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Row<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(16));
                while let Some((name, value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Row(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A member's name, borrowed where it holds no escape.
#[derive(Deserialize)]
struct Name<'d>(#[serde(borrow)] Cow<'d, str>);

/// A row with a view on some of its columns.
struct Trimmed<'t, 'd, F> {
    row: &'t Row<'d>,
    seen: &'t F,
}

impl<F: Fn(&str) -> bool> Serialize for Trimmed<'_, '_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.row.0.iter().filter(|(name, _)| (self.seen)(name)) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

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

    fn seen(kind: &str, role: CallerRole, show: &str, hide: &str, data: &str) -> String {
        let data = RawValue::from_string(data.to_owned()).unwrap();
        let kept = trimmed(&shape(kind), role, &Asked { show, hide }, &data).unwrap();
        kept.map_or_else(|| "unchanged".to_owned(), |text| text.get().to_owned())
    }

    const LINE: &str = r#"{"username":"a","id":1,"admin_notes":"n","internal":7}"#;

    #[test]
    fn fields_of_a_higher_role_and_unlisted_fields_never_leave() {
        assert_eq!(seen("object", CallerRole::Reseller, "", "", LINE), r#"{"username":"a","id":1}"#);
        assert_eq!(seen("object", CallerRole::Reseller, "admin_notes,id", "", LINE), r#"{"id":1}"#);
        assert_eq!(seen("object", CallerRole::Admin, "", "", LINE), r#"{"username":"a","id":1,"admin_notes":"n"}"#);
    }

    #[test]
    fn columns_are_shown_and_hidden_by_name_in_each_row() {
        let rows = format!("[{LINE},{LINE}]");
        assert_eq!(seen("list", CallerRole::Admin, " id , nothing ", "", &rows), r#"[{"id":1},{"id":1}]"#);
        assert_eq!(
            seen("list", CallerRole::Admin, "", "id,username", &rows),
            r#"[{"admin_notes":"n"},{"admin_notes":"n"}]"#
        );
    }

    #[test]
    fn other_data_stays_as_it_is() {
        assert_eq!(seen("any", CallerRole::Line, "id", "", LINE), "unchanged");
        assert_eq!(seen("object", CallerRole::Line, "id", "", "null"), "unchanged");
    }
}
