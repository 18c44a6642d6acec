//! What the player API of a panel answers: the account, categories, and lists of streams. Panels write numbers as text and
//! text as numbers, an empty list as `false`, and lists as objects; all of it is read. One row at a time is in memory, and
//! none may be large.

use crate::clean;
use crate::open::{Text, import_error};
use host_core::import::ImportError;
use host_core::provider::{Facts, Listed};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;

/// Most bytes of one row, or of what an account says.
const ROW: usize = 1 << 20;
/// Most categories of a list.
const CATEGORIES: usize = 20_000;
/// Longest name, in characters.
const NAME: usize = 255;
/// Longest address of a picture, in characters.
const ICON: usize = 2_048;

/// Categories by their ids.
pub type Categories = BTreeMap<String, String>;

/// What a provider says of an account.
///
/// # Errors
/// When the answer is none of such a panel, or the account is not let in.
pub fn facts(text: Text) -> Result<Facts, ImportError> {
    let mut read = Vec::new();
    text.take(ROW as u64).read_to_end(&mut read).map_err(|error| import_error(&error))?;
    let said: Value = serde_json::from_slice(&read).map_err(|error| malformed(&error))?;
    let user = said.get("user_info").ok_or_else(|| refused("it is no answer of a player API"))?;
    if number(user.get("auth")) == Some(0) {
        return Err(refused("the provider does not let this account in"));
    }
    let count = |name: &str| number(user.get(name)).and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
    Ok(Facts {
        status: text_of(user.get("status"), NAME),
        expires_at: number(user.get("exp_date")).filter(|at| *at > 0),
        max_connections: count("max_connections"),
        active_connections: count("active_cons"),
    })
}

/// The categories of a list.
///
/// # Errors
/// When the answer is no list, or it has too many.
pub fn categories(text: Text) -> Result<Categories, ImportError> {
    let mut all = Categories::new();
    each(text, |row| {
        if all.len() >= CATEGORIES {
            return Err(ImportError::Limit { limit: format!("{CATEGORIES} categories"), line: 0 });
        }
        all.insert(text_of(row.get("category_id"), NAME), text_of(row.get("category_name"), NAME));
        Ok(())
    })?;
    Ok(all)
}

/// Hands over the rows of a list, of a kind, whose ids are called so. Rows without an id or a name are left out.
///
/// # Errors
/// When the answer is no list, breaks off, or has a row that is too large; what `take` returns.
pub fn listed(
    text: Text,
    (kind, id): (&'static str, &str),
    categories: &Categories,
    mut take: impl FnMut(Listed) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    each(text, |row| match read(row, kind, id, categories) {
        Some(row) => take(row),
        None => Ok(()),
    })
}

fn read(row: &Value, kind: &'static str, id: &str, categories: &Categories) -> Option<Listed> {
    let remote = number(row.get(id)).and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0)?;
    let name = text_of(row.get("name").or_else(|| row.get("title")), NAME);
    if name.is_empty() {
        return None;
    }
    let several = row.get("category_ids").and_then(Value::as_array).and_then(|ids| ids.first());
    let category = row.get("category_id").filter(|id| !id.is_null()).or(several);
    let extension = text_of(row.get("container_extension"), 8);
    Some(Listed {
        kind,
        remote,
        name,
        icon: text_of(row.get("stream_icon").or_else(|| row.get("cover")), ICON),
        category: categories.get(&text_of(category, NAME)).cloned().unwrap_or_default(),
        guide_channel: text_of(row.get("epg_channel_id"), NAME),
        added_at: number(row.get("added").or_else(|| row.get("last_modified"))).filter(|at| *at > 0),
        extension: if extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) { extension } else { String::new() },
    })
}

/// A text, or a number as one: without what is not printed, and not longer than this.
fn text_of(value: Option<&Value>, most: usize) -> String {
    match value {
        Some(Value::String(text)) => clean::one_line(text).chars().take(most).collect(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn refused(reason: &str) -> ImportError {
    ImportError::Malformed { format: "player API", line: 0, reason: reason.to_owned() }
}

fn malformed(error: &serde_json::Error) -> ImportError {
    let line = error.line() as u64;
    ImportError::Malformed { format: "player API", line, reason: "it is no JSON, or breaks off".to_owned() }
}

/// Hands over each row of a list.
fn each(text: Text, mut take: impl FnMut(&Value) -> Result<(), ImportError>) -> Result<(), ImportError> {
    let left = Rc::new(Cell::new(ROW));
    let mut failed = None;
    let reader = Bounded { bytes: BufReader::new(text), left: Rc::clone(&left) };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let rows = Rows { left, take: &mut take, failed: &mut failed };
    let read = rows.deserialize(&mut json).and_then(|()| json.end());
    match (failed, read) {
        (Some(failed), _) => Err(failed),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(match error.is_io() {
            true => import_error(&error.into()),
            false => malformed(&error),
        }),
    }
}

/// Bytes, of which only so many are read for one row.
struct Bounded<R> {
    bytes: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.left.get().min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            let limit = ImportError::Limit { limit: format!("{ROW} bytes of one row"), line: 0 };
            return Err(std::io::Error::other(limit));
        }
        let Some(room) = buffer.get_mut(..most) else { return Ok(0) };
        let read = self.bytes.read(room)?;
        self.left.set(self.left.get().saturating_sub(read));
        Ok(read)
    }
}

/// A list, each row of which is handed over and forgotten.
struct Rows<'t, F> {
    left: Rc<Cell<usize>>,
    take: &'t mut F,
    failed: &'t mut Option<ImportError>,
}

impl<F: FnMut(&Value) -> Result<(), ImportError>> Rows<'_, F> {
    fn take<E: Error>(&mut self, row: &Value) -> Result<(), E> {
        self.left.set(ROW);
        (self.take)(row).map_err(|error| {
            *self.failed = Some(error);
            E::custom("nobody takes it")
        })
    }
}

impl<'de, F: FnMut(&Value) -> Result<(), ImportError>> DeserializeSeed<'de> for Rows<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&Value) -> Result<(), ImportError>> Visitor<'de> for Rows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<Value>()? {
            self.take(&row)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while let Some(key) = rows.next_key::<String>()? {
            // The account, as who is not let in gets it, is an object too, and no empty list.
            if !key.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(A::Error::custom("this is no list"));
            }
            let row = rows.next_value::<Value>()?;
            self.take(&row)?;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::Limits;

    fn text(said: &str) -> Text {
        Text::from_reader(std::io::Cursor::new(said.to_owned().into_bytes()), Limits::default()).unwrap()
    }

    fn rows(said: &str) -> Result<Vec<Listed>, ImportError> {
        let (mut all, categories) = (Vec::new(), Categories::from([("7".to_owned(), "News".to_owned())]));
        listed(text(said), ("live", "stream_id"), &categories, |row| {
            all.push(row);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn rows_are_read_however_a_panel_writes_them() {
        let strict =
            r#"[{"stream_id": 5, "name": "One", "category_id": "7", "epg_channel_id": null, "added": "1700000000"}]"#;
        let loose = r#"{"1": {"stream_id": "5", "name": "One\n", "category_ids": [7], "added": 1700000000}}"#;
        let row = Listed {
            kind: "live",
            remote: 5,
            name: "One".into(),
            category: "News".into(),
            added_at: Some(1_700_000_000),
            ..Listed::default()
        };
        assert_eq!(rows(strict).unwrap(), std::slice::from_ref(&row));
        assert_eq!(rows(loose).unwrap(), [row]);
        assert_eq!(rows("false").unwrap().len() + rows("[]").unwrap().len() + rows("null").unwrap().len(), 0);
        assert!(rows(r#"[{"name": "no id"}, {"stream_id": 1}, {"stream_id": -1, "name": "x"}]"#).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_breaks_off_or_is_too_large_is_an_error() {
        for wrong in ["", "<html>", "[{\"stream_id\": 5", "[] []", r#"{"user_info": {"auth": 0}}"#] {
            assert!(rows(wrong).is_err(), "{wrong}");
        }
        let large = format!(r#"[{{"stream_id": 5, "name": "{}"}}]"#, "x".repeat(ROW));
        assert!(matches!(rows(&large), Err(ImportError::Limit { .. })), "{:?}", rows(&large).err());
        let many = format!("[{}]", vec![r#"{"stream_id": 5, "name": "a channel"}"#; 60_000].join(","));
        assert_eq!(rows(&many).unwrap().len(), 60_000, "only one row has a limit");
    }

    #[test]
    fn an_account_that_is_not_let_in_has_no_facts() {
        let said = r#"{"user_info": {"auth": 1, "status": "Active", "exp_date": "1800000000", "max_connections": "2",
            "active_cons": 1}, "server_info": {}}"#;
        let facts_of = |said: &str| facts(text(said));
        let read = facts_of(said).unwrap();
        assert_eq!(
            (read.status.as_str(), read.expires_at, read.max_connections, read.active_connections),
            ("Active", Some(1_800_000_000), 2, 1)
        );
        assert!(facts_of(r#"{"user_info": {"auth": 0}}"#).is_err() && facts_of("{}").is_err());
    }
}
