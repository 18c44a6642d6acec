//! One object kind, one table: a kind says its columns, and every statement on single rows is generated from
//! that, once.

use super::batch::PlanWriter;
use super::cells::{Binding, Cells, FieldColumns, chosen_columns};
use host_core::Version;
use host_core::field_list::Chosen;
use host_core::kind::Belongs;
use host_core::object::{Key, Kind, Object, Stored};
use host_core::port::StoreError;
use rusqlite::Connection;
use std::borrow::Cow;
use std::sync::OnceLock;

/// How a kind stands in its table. Every table begins with `id` and `version`.
pub(super) trait Table: Stored {
    /// The table's name.
    const NAME: &'static str;
    /// Its columns after `id` and `version`.
    const COLUMNS: &'static [&'static str];
    /// Columns behind these that are written for an index and never read.
    const DERIVED: &'static [&'static str] = &[];
    /// Each field with its columns, in the order of [`Table::COLUMNS`], where the kind's fields are a list.
    const FIELD_COLUMNS: FieldColumns = &[];
    /// Fields with lists of ids that stand in a table of their own too, `KIND_FIELD (NAMED, KIND)`: by it they are
    /// looked up.
    const LINKED: &'static [&'static str] = &[];
    /// The columns that a search looks at.
    const SEARCHED: &'static [&'static str] = &[];
    /// The index of the characters in them, for a kind that may have many rows.
    const SEARCH_INDEX: Option<&'static str> = None;

    /// Binds [`Table::COLUMNS`] and [`Table::DERIVED`] in order.
    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()>;
    /// Reads [`Table::COLUMNS`] in order; of a kind whose fields are a list, those of the chosen ones.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;
    /// Writes what stands in further tables. `fresh`: the row is new.
    fn attach(&self, _connection: &Connection, _fresh: bool) -> rusqlite::Result<()> {
        Ok(())
    }
}

/// The statements on single rows of a table.
pub(super) struct Statements {
    pub(super) select: String,
    pub(super) select_by_id: String,
    pub(super) version: String,
    pub(super) insert: String,
    pub(super) update: String,
    pub(super) delete: String,
    /// Writes what was seen of one, when it is there.
    pub(super) see: String,
}

impl Statements {
    fn of<T: Table>() -> Statements {
        let (name, columns) = (T::NAME, [T::COLUMNS, T::DERIVED].concat());
        let select = format!("SELECT id, version, {} FROM {name}", T::COLUMNS.join(", "));
        let marks: Vec<_> = (1..=columns.len() + 2).map(|n| format!("?{n}")).collect();
        let settings: Vec<_> = columns.iter().zip(3..).map(|(column, n)| format!("{column} = ?{n}")).collect();
        Statements {
            select_by_id: format!("{select} WHERE {name}.id = ?1"),
            version: format!("SELECT version FROM {name} WHERE id = ?1"),
            insert: format!("INSERT INTO {name} (id, version, {}) VALUES ({})", columns.join(", "), marks.join(", ")),
            update: format!(
                "UPDATE {name} SET version = ?2, {} WHERE id = ?1 AND version = ?{}",
                settings.join(", "),
                columns.len() + 3
            ),
            delete: format!("DELETE FROM {name} WHERE id = ?1 AND version = ?2"),
            see: format!(
                "INSERT INTO sightings (kind, id, at, address, agent, facts) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
                 WHERE EXISTS (SELECT 1 FROM {name} WHERE id = ?2) ON CONFLICT (kind, id) DO UPDATE SET \
                 at = excluded.at, address = excluded.address, agent = excluded.agent, facts = excluded.facts"
            ),
            select,
        }
    }
}

/// Runs `$body` with `$T` being the type of a kind.
macro_rules! with_kind {
    ($kind:expr, $T:ident => $body:expr) => {
        host_core::kinds!([$crate::sqlite::table::with_kind] @ $kind, $T, $body;)
    };
    (@ $kind:expr, $T:ident, $body:expr;
     $($variant:ident($module:ident $type:ident, $id:ident) $text:literal $belongs:ident $stale:ident [$($names:tt)*],)*) => {
        match $kind {$(
            host_core::object::Kind::$variant => { type $T = host_core::$module::$type; $body }
        )*}
    };
}
pub(super) use with_kind;

/// Runs `$body` with `$it` being what an object holds.
macro_rules! with_object {
    ($object:expr, $it:ident => $body:expr) => {
        host_core::kinds!([$crate::sqlite::table::with_object] @ $object, $it, $body;)
    };
    (@ $object:expr, $it:ident, $body:expr;
     $($variant:ident($module:ident $type:ident, $id:ident) $text:literal $belongs:ident $stale:ident [$($names:tt)*],)*) => {
        match $object { $(host_core::object::Object::$variant($it) => $body),* }
    };
}
pub(super) use with_object;

/// The statements of a kind.
pub(super) fn statements(kind: Kind) -> &'static Statements {
    static ALL: [OnceLock<Statements>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    ALL[kind as usize].get_or_init(|| with_kind!(kind, T => Statements::of::<T>()))
}

/// The select of rows of a kind, of which these fields are read.
pub(super) fn select(kind: Kind, fields: Chosen) -> Cow<'static, str> {
    let whole = &statements(kind).select;
    if fields == Chosen::ALL {
        return whole.into();
    }
    with_kind!(kind, T => match T::FIELD_COLUMNS {
        [] => whole.into(),
        listed => {
            let columns: String = chosen_columns(listed, fields).flat_map(|column| [", ", column]).collect();
            format!("SELECT id, version{columns} FROM {}", T::NAME).into()
        }
    })
}

/// The table of a kind.
pub(super) fn name(kind: Kind) -> &'static str {
    with_kind!(kind, T => T::NAME)
}

/// The columns of a kind that a search looks at.
pub(super) fn searched(kind: Kind) -> &'static [&'static str] {
    with_kind!(kind, T => T::SEARCHED)
}

/// The index of the characters in them.
pub(super) fn search_index(kind: Kind) -> Option<&'static str> {
    with_kind!(kind, T => T::SEARCH_INDEX)
}

/// Whether a kind is kept in the control database.
pub(super) fn in_control(kind: Kind) -> bool {
    kind.belongs() == Belongs::Process
}

/// An object out of a row of its kind's select with these fields.
pub(super) fn read(kind: Kind, row: &rusqlite::Row<'_>, fields: Chosen) -> Result<Object, StoreError> {
    with_kind!(kind, T => read_chosen::<T>(row, fields).map(Stored::into_object))
}

/// A thing out of a row of its kind's select.
pub(super) fn read_as<T: Table>(row: &rusqlite::Row<'_>) -> Result<T, StoreError> {
    read_chosen(row, Chosen::ALL)
}

fn read_chosen<T: Table>(row: &rusqlite::Row<'_>, fields: Chosen) -> Result<T, StoreError> {
    let mut cells = Cells::new(row, T::NAME, T::COLUMNS, T::FIELD_COLUMNS, fields)?;
    let mut thing = T::read(&mut cells)?;
    thing.set_version(Version(cells.version));
    Ok(thing)
}

/// Writes a new row.
pub(super) fn insert(writer: &PlanWriter<'_>, object: &Object) -> rusqlite::Result<()> {
    writer.with(&statements(object.key().kind()).insert, |statement| {
        let mut row = Binding::new(statement);
        row.put(object.key().number())?;
        row.put(1)?;
        with_object!(object, it => it.bind(&mut row))?;
        statement.raw_execute()
    })?;
    with_object!(object, it => it.attach(writer.connection, true))
}

/// Rewrites a row that is still at the object's version. Returns whether it was.
pub(super) fn update(writer: &PlanWriter<'_>, object: &Object) -> rusqlite::Result<bool> {
    let rows = writer.with(&statements(object.key().kind()).update, |statement| {
        let mut row = Binding::new(statement);
        row.put(object.key().number())?;
        row.put(object.version().next().0)?;
        with_object!(object, it => it.bind(&mut row))?;
        row.put(object.version().0)?;
        statement.raw_execute()
    })?;
    if rows == 0 {
        return Ok(false);
    }
    with_object!(object, it => it.attach(writer.connection, false))?;
    Ok(true)
}

/// Drops a row that is still at that version. Returns whether it was.
pub(super) fn delete(writer: &PlanWriter<'_>, key: Key, version: Version) -> rusqlite::Result<bool> {
    Ok(writer.run(&statements(key.kind()).delete, (key.number(), version.0))? > 0)
}
