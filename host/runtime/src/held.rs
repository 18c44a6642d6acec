//! What the host holds for a guest: rows that a verb returned, which the guest names in its reply without ever having
//! seen them, or reads when it wants to look inside.

use crate::limits::{REPLY_BYTES, Spent};
use host_core::Refusal;
use host_core::action::{Columns, NoRow, ReplyShape, Rows, Shape};
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use host_engine::{Error, line};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Most rows that a call holds at a time: two pages of the largest size.
const MOST_ROWS: usize = 2_000;

/// The rows of one kind that a verb returned.
pub(crate) struct Held {
    kind: Cow<'static, str>,
    rows: HeldRows,
}

/// Rows in the form in which the engine returns them.
pub(crate) enum HeldRows {
    /// One, as its document.
    One(Value),
    /// A page, as `{"rows","total","matching","cursor"}` or `{"rows","cursor"}`.
    Page(Value),
    /// A page of lines.
    Lines(line::Lines),
}

/// What one call holds, by number. It dies with the call.
#[derive(Default)]
pub(crate) struct HeldAnswers {
    answers: Vec<Option<Held>>,
    rows: usize,
}

/// Rows as the caller sees them.
pub(crate) struct WrittenRows {
    /// JSON: an object or a list.
    pub(crate) text: String,
    pub(crate) total: Option<u64>,
    pub(crate) matching: Option<u64>,
    /// What the next page comes after.
    pub(crate) cursor: Option<String>,
}

/// Why rows are not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWritten {
    /// The reply names rows of another kind, or another number of them, than its description: the plugin's fault.
    #[error("its reply names {found}, its description says {described}")]
    Other { found: String, described: String },
    /// Their text is larger than a reply may be.
    #[error(transparent)]
    Spent(#[from] Spent),
    /// The kind cannot be written: ours.
    #[error(transparent)]
    Ours(#[from] NoRow),
}

impl HeldAnswers {
    /// Holds what a verb answered; the number under which the guest knows it.
    ///
    /// # Errors
    /// `too_large` when the call holds too many rows.
    pub(crate) fn hold(&mut self, kind: impl Into<Cow<'static, str>>, rows: HeldRows) -> Result<u32, Error> {
        let held = Held { kind: kind.into(), rows };
        let count = self.rows + held.count();
        if count > MOST_ROWS {
            let message = format!("A call holds at most {MOST_ROWS} rows; read what is held, or ask for fewer.");
            return Err(Refusal::new(Code::TooLarge, message).into());
        }
        self.rows = count;
        self.answers.push(Some(held));
        // A call makes no more host calls than a u32 counts.
        Ok(u32::try_from(self.answers.len() - 1).unwrap_or(u32::MAX))
    }

    /// What is held under a number, as JSON; it is held no longer unless it is to be `kept`.
    pub(crate) fn read(&mut self, number: u32, kept: bool) -> Option<String> {
        let slot = self.answers.get_mut(usize::try_from(number).ok()?)?;
        let text = slot.as_ref()?.document();
        if !kept && let Some(held) = slot.take() {
            self.rows -= held.count();
        }
        Some(text)
    }

    /// How many rows are held.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes out what a reply names.
    pub(crate) fn take(&mut self, number: u32) -> Option<Held> {
        self.answers.get_mut(usize::try_from(number).ok()?)?.take()
    }
}

impl Held {
    fn count(&self) -> usize {
        match &self.rows {
            HeldRows::One(_) => 1,
            HeldRows::Page(page) => rows_of(page).len(),
            HeldRows::Lines(lines) => lines.rows().len(),
        }
    }

    fn document(&self) -> String {
        match &self.rows {
            HeldRows::One(document) | HeldRows::Page(document) => document.to_string(),
            HeldRows::Lines(lines) => serde_json::to_string(lines).unwrap_or_default(),
        }
    }

    /// The rows as the action's description shows them to a caller of this role who asks for these columns.
    pub(crate) fn write(
        &self,
        shape: &ReplyShape,
        role: CallerRole,
        columns: &Columns,
    ) -> Result<WrittenRows, NotWritten> {
        let is_list = !matches!(self.rows, HeldRows::One(_));
        let described = match shape.shape {
            Shape::List => Some(true),
            Shape::Object => Some(false),
            Shape::None | Shape::Any | Shape::Raw => None,
        };
        if shape.of.as_deref() != Some(&*self.kind) || described != Some(is_list) {
            let name = |kind: Option<&str>, is_list| match (kind, is_list) {
                (Some(kind), Some(true)) => format!("a page of the kind {kind}"),
                (Some(kind), Some(false)) => format!("one row of the kind {kind}"),
                _ => "no rows of a kind".to_owned(),
            };
            let (found, described) = (name(Some(&self.kind), Some(is_list)), name(shape.of.as_deref(), described));
            return Err(NotWritten::Other { found, described });
        }
        let mut rows = shape.rows(role, columns);
        let (mut total, mut matching, mut cursor) = (None, None, None);
        match &self.rows {
            HeldRows::One(document) => {
                rows.write_document(document.as_object().unwrap_or(&Map::new()))?;
                return Ok(WrittenRows { text: rows.object(), total, matching, cursor });
            }
            HeldRows::Page(page) => {
                let mut documents = rows_of(page).iter().filter_map(Value::as_object);
                documents.try_for_each(|row| {
                    rows.write_document(row).map_err(NotWritten::from).and_then(|()| fits(&rows))
                })?;
                let number = |name| page.get(name).and_then(Value::as_u64);
                (total, matching) = (number("total"), number("matching"));
                cursor = page.get("cursor").and_then(Value::as_str).map(ToOwned::to_owned);
            }
            HeldRows::Lines(lines) => {
                lines
                    .rows()
                    .try_for_each(|row| rows.write(&row).map_err(NotWritten::from).and_then(|()| fits(&rows)))?;
                (total, matching, cursor) = (lines.total, lines.matching, lines.cursor.clone());
            }
        }
        Ok(WrittenRows { text: rows.list(), total, matching, cursor })
    }
}

/// Asked after each row, so that no more is written than a reply may have.
fn fits(rows: &Rows<'_>) -> Result<(), NotWritten> {
    if rows.bytes() > REPLY_BYTES { Err(Spent::Reply.into()) } else { Ok(()) }
}

fn rows_of(page: &Value) -> &[Value] {
    page.get("rows").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(rows: usize, bytes: usize) -> HeldRows {
        let row = json!({ "name": "x".repeat(bytes) });
        HeldRows::Page(json!({ "rows": vec![row; rows], "total": rows, "matching": rows }))
    }

    #[test]
    fn no_more_is_written_than_a_reply_may_have() {
        let shape = json!({ "shape": "list", "of": "stream", "fields": { "name": { "type": "text" } } });
        let shape: ReplyShape = serde_json::from_value(shape).unwrap();
        let written = |rows, bytes| {
            let mut held = HeldAnswers::default();
            let number = held.hold("stream", page(rows, bytes)).unwrap();
            held.take(number).unwrap().write(&shape, CallerRole::Admin, &Columns::default())
        };
        assert_eq!(written(7, 1 << 20).unwrap().total, Some(7));
        assert!(matches!(written(9, 1 << 20), Err(NotWritten::Spent(Spent::Reply))));
    }

    #[test]
    fn what_was_too_much_to_hold_takes_no_room() {
        let mut held = HeldAnswers::default();
        let first = held.hold("stream", page(1_000, 1)).unwrap();
        assert!(held.hold("stream", page(1_001, 1)).is_err());
        assert!(held.hold("stream", page(1_000, 1)).is_ok());
        assert!(held.hold("stream", page(1, 1)).is_err());
        assert!(held.read(first, false).is_some());
        assert!(held.hold("stream", page(1_000, 1)).is_ok(), "what was read has made room");
    }
}
