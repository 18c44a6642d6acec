//! Columns in and out: how values of the core stand in a row.

use crate::error::failed;
use host_core::field_list::Chosen;
use host_core::port::StoreError;
use rusqlite::types::{FromSql, ToSql, ValueRef};
use rusqlite::{Row, Statement};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use std::str::FromStr;

/// Binds an object's columns, one after another.
pub(super) struct Binding<'s, 'c> {
    statement: &'s mut Statement<'c>,
    next: usize,
}

impl<'s, 'c> Binding<'s, 'c> {
    pub(super) fn new(statement: &'s mut Statement<'c>) -> Binding<'s, 'c> {
        Binding { statement, next: 1 }
    }

    /// The next column.
    pub(super) fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.statement.raw_bind_parameter(self.next, value)?;
        self.next += 1;
        Ok(())
    }

    /// The next column, as a JSON document.
    pub(super) fn json<T: Serialize>(&mut self, value: &T) -> rusqlite::Result<()> {
        self.put(to_json(value)?)
    }

    /// The next column, as a JSON array.
    pub(super) fn list<T: Serialize>(&mut self, values: &[T]) -> rusqlite::Result<()> {
        if values.is_empty() { self.put("[]") } else { self.json(&values) }
    }

    /// The next column, as an id list.
    pub(super) fn ids<T: std::fmt::Display>(&mut self, ids: &[T]) -> rusqlite::Result<()> {
        if ids.is_empty() { self.put(",") } else { self.put(id_list(ids)) }
    }

    /// The next column, as an enumeration's word.
    pub(super) fn word<T: Word>(&mut self, value: T) -> rusqlite::Result<()> {
        self.put(value.word())
    }
}

/// JSON text of a value.
pub(super) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// `,3,17,`: ids as text from which one can be cut by text replacement.
pub(super) fn id_list<T: std::fmt::Display>(ids: &[T]) -> String {
    let mut text = String::with_capacity(2 + ids.len() * 6);
    text.push(',');
    for id in ids {
        // Writing to a string cannot fail.
        let _ = write!(text, "{id},");
    }
    text
}

/// Each field of a kind with its columns.
pub(super) type FieldColumns = &'static [(&'static str, &'static [&'static str])];

/// The columns of the chosen fields.
pub(super) fn chosen_columns(fields: FieldColumns, chosen: Chosen) -> impl Iterator<Item = &'static str> {
    let chosen = fields.iter().enumerate().filter(move |(at, _)| chosen.holds(*at));
    chosen.flat_map(|(_, (_, columns))| columns.iter().copied())
}

/// Reads a row's columns, one after another. What cannot be understood is named: table, column
/// and row.
pub(super) struct Cells<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    columns: &'static [&'static str],
    fields: FieldColumns,
    chosen: Chosen,
    next: usize,
    next_field: usize,
    /// The row's id.
    pub(super) id: u32,
    /// The row's version.
    pub(super) version: u32,
}

impl<'r> Cells<'r> {
    /// A row that was selected as `id, version` and then `columns`; where these are of `fields`, those of the chosen
    /// ones.
    pub(super) fn new(
        row: &'r Row<'r>,
        table: &'static str,
        columns: &'static [&'static str],
        fields: FieldColumns,
        chosen: Chosen,
    ) -> Result<Cells<'r>, StoreError> {
        let id = row.get(0).map_err(failed)?;
        let mut cells = Cells { row, table, columns, fields, chosen, next: 1, next_field: 0, id, version: 0 };
        cells.version = cells.value()?;
        Ok(cells)
    }

    /// Whether the next field of the list is one that is read.
    pub(super) fn is_chosen(&mut self) -> bool {
        self.next_field += 1;
        self.chosen.holds(self.next_field - 1)
    }

    /// The next column.
    pub(super) fn value<T: FromSql>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        self.row.get(index).map_err(|error| self.corrupt(error.to_string()))
    }

    /// The next columns hold nothing.
    pub(super) fn pass(&mut self, columns: usize) {
        self.next += columns;
    }

    /// The next column, an optional number turned into an id.
    pub(super) fn id_of<T>(&mut self, make: impl FnOnce(u32) -> T) -> Result<Option<T>, StoreError> {
        Ok(self.value::<Option<u32>>()?.map(make))
    }

    /// The next column, a text that is read as a value, or none.
    pub(super) fn parsed<T: FromStr>(&mut self) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.value()?;
        let parse = |text: String| text.parse().map_err(|_| self.corrupt(format!("{text:?} makes no sense")));
        text.map(parse).transpose()
    }

    /// The next column, as a JSON document.
    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        let text = self.row.get_ref(index).and_then(|cell| Ok(cell.as_str()?));
        let text = text.map_err(|error| self.corrupt(error.to_string()))?;
        serde_json::from_str(text).map_err(|error| self.corrupt(error.to_string()))
    }

    /// The next column, as a JSON array.
    pub(super) fn list<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, StoreError> {
        let empty = self.row.get_ref(self.next).is_ok_and(|cell| cell.as_str() == Ok("[]"));
        if empty {
            self.next += 1;
            return Ok(Vec::new());
        }
        self.json()
    }

    /// The next column, as an id list.
    pub(super) fn ids<T>(&mut self, make: impl Fn(u32) -> T) -> Result<Vec<T>, StoreError> {
        let index = self.next;
        self.next += 1;
        let text = self.row.get_ref(index).and_then(|cell| Ok(cell.as_str()?));
        let text = text.map_err(|error| self.corrupt(error.to_string()))?;
        let parts = text.split(',').filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map(&make)).collect::<Result<_, _>>().map_err(|_| self.corrupt("no id list"))
    }

    /// The next column, as an enumeration's word.
    pub(super) fn word<T: Word>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        let text = self.row.get_ref(index).and_then(|cell| Ok(cell.as_str()?));
        let text = text.map_err(|error| self.corrupt(error.to_string()))?;
        T::from_word(text).ok_or_else(|| self.corrupt(format!("{text:?} is no known word")))
    }

    /// The next column, as an enumeration's word or none.
    pub(super) fn optional_word<T: Word>(&mut self) -> Result<Option<T>, StoreError> {
        if self.skips_null() { Ok(None) } else { self.word().map(Some) }
    }

    /// The next column, as JSON or nothing.
    pub(super) fn optional_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        if self.skips_null() { Ok(None) } else { self.json().map(Some) }
    }

    /// Passes the next column over where it is null.
    fn skips_null(&mut self) -> bool {
        let is_null = self.row.get_ref(self.next).is_ok_and(|cell| cell == ValueRef::Null);
        self.next += usize::from(is_null);
        is_null
    }

    /// The column that was read last makes no sense.
    pub(super) fn corrupt(&self, reason: impl Into<String>) -> StoreError {
        let column = match self.next.checked_sub(3) {
            Some(index) => {
                let is_narrow = self.chosen != Chosen::ALL && !self.fields.is_empty();
                let narrow = is_narrow.then(|| chosen_columns(self.fields, self.chosen).nth(index));
                narrow.unwrap_or_else(|| self.columns.get(index).copied()).unwrap_or("?")
            }
            None => "version",
        };
        StoreError::Corrupt { table: self.table, column, row: i64::from(self.id), reason: reason.into() }
    }
}

/// An enumeration that is stored as a word.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];

    /// The value's word.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    /// The word's value.
    fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, word)| *word == text).map(|(value, _)| *value)
    }
}

macro_rules! words {
    ($($type:ty { $($value:ident $word:literal),* $(,)? })*) => {$(
        impl Word for $type {
            const WORDS: &'static [(Self, &'static str)] = &[$((<$type>::$value, $word)),*];
        }
    )*};
}

words! {
    host_core::user::Role { Admin "admin", Reseller "reseller" }
    host_core::category::CategoryKind { Live "live", Movie "movie", Series "series", Radio "radio" }
    host_core::stream::Delivery { FanOut "fan_out", Proxy "proxy", Redirect "redirect" }
    host_core::stream::Wanted { OnDemand "on_demand", Started "started", Stopped "stopped" }
    host_core::settings::SamePlayer { TakeOver "take_over", Refuse "refuse" }
    host_core::job::JobState {
        Waiting "waiting", Running "running", Done "done", Failed "failed", Cancelled "cancelled",
    }
    host_core::plugin::PluginSource { Shipped "shipped", Foreign "foreign" }
    host_core::ledger::Reason {
        Purchase "purchase", UserPrice "user_price", Adjustment "adjustment", Settlement "settlement",
        Refund "refund", Opening "opening",
    }
}

impl Word for host_core::stream::StreamKind {
    const WORDS: &'static [(Self, &'static str)] = &host_core::stream::StreamKind::WORDS;
}

impl Word for host_core::line::DeliveryType {
    const WORDS: &'static [(Self, &'static str)] = &host_core::line::DeliveryType::WORDS;
}

impl Word for host_core::object::Kind {
    const WORDS: &'static [(Self, &'static str)] = &[];

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}
