//! Rows of a kind, written as a surface shows them: what a guest only passes on never enters it, and becomes the
//! text of the reply here, by the fields of the action's description. A field that is not shown is not even read.

mod cell;
mod shown;
#[cfg(test)]
mod tests;

use super::{Columns, Field, ReplyShape};
use crate::caller::CallerRole;
use cell::Cell;
use serde::Serialize;
use serde::ser::{Impossible, SerializeStruct, Serializer};
use serde_json::{Map, Value};
use shown::Shown;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// Writes rows.
pub struct Rows<'a> {
    columns: Vec<(&'a str, &'a Field)>,
    /// What the columns show of the kind, sorted by its fields.
    fields: Vec<Shown<'a>>,
    /// Where the fields of a struct stand among these, in its order, as the first row has shown.
    order: Vec<(&'static str, Range<usize>)>,
    /// How many fields of the row have been read.
    read: usize,
    /// The cells of the row that is being written.
    cells: Vec<Cell>,
    row: Vec<u8>,
    text: Vec<u8>,
}

/// Why a row cannot be written: the kind and its serialization do not fit together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a row cannot be written: {0}")]
pub struct NoRow(String);

impl serde::ser::Error for NoRow {
    fn custom<T: fmt::Display>(message: T) -> NoRow {
        NoRow(message.to_string())
    }
}

impl ReplyShape {
    /// The fields of the kind that are shown to a caller of this role who asks for these columns, each once.
    pub fn fields_shown(&self, role: CallerRole, columns: &Columns) -> BTreeSet<&str> {
        self.seen_by(role, columns)
            .flat_map(|(name, field)| shown::by(name, field, 0))
            .map(|shown| shown.field)
            .collect()
    }

    /// A writer of rows for a caller of this role who asks for these columns.
    pub fn rows(&self, role: CallerRole, columns: &Columns) -> Rows<'_> {
        let columns: Vec<_> = self.seen_by(role, columns).collect();
        let mut fields = Vec::with_capacity(columns.len() + 2);
        for (column, (name, field)) in columns.iter().enumerate() {
            fields.extend(shown::by(name, field, column));
        }
        fields.sort_unstable();
        let cells = vec![Cell::default(); columns.len()];
        Rows { columns, fields, order: Vec::new(), read: 0, cells, row: Vec::with_capacity(512), text: Vec::new() }
    }
}

impl Rows<'_> {
    /// Writes a row of a kind that is a struct.
    ///
    /// # Errors
    /// When it is none.
    pub fn write(&mut self, row: &impl Serialize) -> Result<(), NoRow> {
        self.begin();
        row.serialize(Row(self))?;
        self.end();
        Ok(())
    }

    /// Writes a row that is a document.
    ///
    /// # Errors
    /// None of what can be in a document.
    pub fn write_document(&mut self, row: &Map<String, Value>) -> Result<(), NoRow> {
        self.begin();
        row.iter().try_for_each(|(name, value)| self.field(self.shown_by(name), value))?;
        self.end();
        Ok(())
    }

    /// How much has been written.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The rows as a JSON list.
    pub fn list(self) -> String {
        let mut text = Vec::with_capacity(self.text.len() + 2);
        text.push(b'[');
        text.extend_from_slice(&self.text);
        text.push(b']');
        into_text(text)
    }

    /// The one row as a JSON object.
    pub fn object(self) -> String {
        into_text(self.text)
    }

    fn begin(&mut self) {
        self.read = 0;
        self.row.clear();
        self.cells.fill(Cell::default());
    }

    /// Which of the fields have this name.
    fn shown_by(&self, name: &str) -> Range<usize> {
        let begin = self.fields.partition_point(|shown| shown.field < name);
        let rest = self.fields.get(begin..).unwrap_or_default();
        begin..begin + rest.iter().take_while(|shown| shown.field == name).count()
    }

    /// Likewise of the next field of a struct, whose rows have the same fields in the same order: each is looked
    /// up once.
    fn shown_by_next(&mut self, name: &'static str) -> Range<usize> {
        let known = self.order.get(self.read).filter(|(known, _)| std::ptr::eq(*known, name));
        let shown = known.map_or_else(|| self.shown_by(name), |(_, shown)| shown.clone());
        if self.read == self.order.len() {
            self.order.push((name, shown.clone()));
        }
        self.read += 1;
        shown
    }

    /// Reads a field of the kind into the columns that show it.
    fn field(&mut self, shown_by: Range<usize>, value: &(impl Serialize + ?Sized)) -> Result<(), NoRow> {
        for at in shown_by {
            let Some(shown) = self.fields.get(at) else { break };
            let Some((_, column)) = self.columns.get(shown.column) else { break };
            let begin = self.row.len();
            serde_json::to_writer(&mut self.row, value).map_err(|error| NoRow(error.to_string()))?;
            if let Some(path) = shown.within {
                cell::narrow(&mut self.row, begin, path);
            }
            let is_nothing = self.row.get(begin..) == Some(b"null");
            cell::rewrite(column, &mut self.row, begin);
            let cell = Cell { text: begin..self.row.len(), is_nothing };
            let earlier = self.cells.get_mut(shown.column).ok_or_else(|| NoRow("a column has no cell".into()))?;
            if !earlier.stays_before(&cell, shown.part, column, &self.row) {
                *earlier = cell;
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        self.text.push(b'{');
        let mut is_first = true;
        for ((name, column), cell) in self.columns.iter().zip(&self.cells) {
            let fixed = column.fixed.map(|fixed| fixed.to_string());
            let cell = fixed.as_deref().map_or_else(|| cell.of(&self.row), |fixed| Some(fixed.as_bytes()));
            // What the caller may not see of the kind has no cell.
            let Some(cell) = cell else { continue };
            if !std::mem::replace(&mut is_first, false) {
                self.text.push(b',');
            }
            // The names of fields are words, so that there is nothing to escape.
            self.text.push(b'"');
            self.text.extend_from_slice(name.as_bytes());
            self.text.extend_from_slice(b"\":");
            self.text.extend_from_slice(cell);
        }
        self.text.push(b'}');
    }
}

/// All of it was written by a writer of JSON.
fn into_text(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The row that is being written, as a struct sees it.
struct Row<'w, 'a>(&'w mut Rows<'a>);

impl SerializeStruct for Row<'_, '_> {
    type Ok = ();
    type Error = NoRow;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NoRow> {
        let shown_by = self.0.shown_by_next(name);
        self.0.field(shown_by, value)
    }

    fn end(self) -> Result<(), NoRow> {
        Ok(())
    }
}

/// What a row cannot be.
macro_rules! no_row {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<$ok, NoRow> {
            Err(NoRow("a row is a struct".into()))
        })*
    };
}

impl<'w, 'a> Serializer for Row<'w, 'a> {
    type Ok = ();
    type Error = NoRow;
    type SerializeSeq = Impossible<(), NoRow>;
    type SerializeTuple = Impossible<(), NoRow>;
    type SerializeTupleStruct = Impossible<(), NoRow>;
    type SerializeTupleVariant = Impossible<(), NoRow>;
    type SerializeMap = Impossible<(), NoRow>;
    type SerializeStruct = Row<'w, 'a>;
    type SerializeStructVariant = Impossible<(), NoRow>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Row<'w, 'a>, NoRow> {
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoRow> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NoRow> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoRow> {
        value.serialize(self)
    }

    no_row! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}
