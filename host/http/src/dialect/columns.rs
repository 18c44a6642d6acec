//! Which fields of a reply a caller sees: the action's own list, cut by role, then by what
//! `show_columns` and `hide_columns` ask for.

use super::refusal::Refused;
use super::request::Gathered;
use super::unknown::{HIDE_COLUMNS, SHOW_COLUMNS};
use host_core::action::{ReplyShape, Shape};
use host_core::caller::CallerRole;
use host_core::{Code, Refusal};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;

/// Most names that a request may show or hide: more than any reply has.
const MAX_NAMES: usize = 64;

/// What a request asks of its columns. Read once, before the action runs.
#[derive(Default, Debug)]
pub(crate) struct Columns<'r> {
    /// Empty shows all.
    show: Vec<&'r str>,
    hide: Vec<&'r str>,
}

impl<'r> Columns<'r> {
    /// Out of the comma lists of `show_columns` and `hide_columns`.
    ///
    /// # Errors
    /// When a list is longer than 64 names, or was sent twice.
    pub(crate) fn asked(gathered: &'r Gathered<'_>) -> Result<Columns<'r>, Refused> {
        Ok(Columns { show: names(SHOW_COLUMNS, gathered)?, hide: names(HIDE_COLUMNS, gathered)? })
    }

    /// The columns of this reply that the caller sees.
    fn seen<'s>(&self, shape: &'s ReplyShape, role: CallerRole) -> HashSet<&'s str> {
        let fields = shape.fields.iter().filter(|(_, field)| field.role.is_none_or(|least| role >= least));
        let asked = |name: &&str| (self.show.is_empty() || self.show.contains(name)) && !self.hide.contains(name);
        fields.map(|(name, _)| name.as_str()).filter(asked).collect()
    }
}

fn names<'r>(list: &'static str, gathered: &'r Gathered<'_>) -> Result<Vec<&'r str>, Refused> {
    let text = gathered.one(list)?.unwrap_or("");
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if names.len() == MAX_NAMES {
            let message = format!("{list} has at most {MAX_NAMES} names; leave some out.");
            return Err(Refusal::field(Code::InvalidInput, list, message).into());
        }
        names.push(name);
    }
    Ok(names)
}

/// The data with only the columns that this caller may see and asked for; none when the reply
/// stays as it is. Rows of a list and objects are trimmed; other data has no columns.
pub(crate) fn trimmed(
    shape: &ReplyShape,
    role: CallerRole,
    columns: &Columns<'_>,
    data: &RawValue,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    if shape.fields.is_empty() || data.get() == "null" {
        return Ok(None);
    }
    match shape.shape {
        Shape::Object => {
            let row: Row<'_> = serde_json::from_str(data.get())?;
            serde_json::value::to_raw_value(&Trimmed { row: &row, seen: &columns.seen(shape, role) }).map(Some)
        }
        Shape::List => {
            let (rows, seen): (Vec<Row<'_>>, _) = (serde_json::from_str(data.get())?, columns.seen(shape, role));
            let rows: Vec<_> = rows.iter().map(|row| Trimmed { row, seen: &seen }).collect();
            serde_json::value::to_raw_value(&rows).map(Some)
        }
        Shape::None | Shape::Any | Shape::Raw => Ok(None),
    }
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
struct Trimmed<'t, 'd> {
    row: &'t Row<'d>,
    seen: &'t HashSet<&'t str>,
}

impl Serialize for Trimmed<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.row.0.iter().filter(|(name, _)| self.seen.contains(&**name)) {
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
        let query = format!("show_columns={show}&hide_columns={hide}");
        let mut gathered = Gathered::default();
        gathered.add_query(&query).unwrap();
        let kept = trimmed(&shape(kind), role, &Columns::asked(&gathered).unwrap(), &data).unwrap();
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

    #[test]
    fn a_list_of_more_names_than_any_reply_has_is_refused_by_name() {
        for list in [SHOW_COLUMNS, HIDE_COLUMNS] {
            let of = |count: usize| format!("{list}={}", vec!["a"; count].join(","));
            let (most, more) = (of(64), of(65));
            let mut gathered = Gathered::default();
            gathered.add_query(&most).unwrap();
            assert!(Columns::asked(&gathered).is_ok());
            let mut gathered = Gathered::default();
            gathered.add_query(&more).unwrap();
            let refused = Columns::asked(&gathered).unwrap_err().refusal;
            assert_eq!((refused.code, refused.field.as_deref()), (Code::InvalidInput, Some(list)));
        }
    }
}
