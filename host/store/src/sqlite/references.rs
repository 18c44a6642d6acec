//! Which rows name which: what keeps a row from being deleted, by what the kinds declare of their references. Of
//! documents the engine asks by itself.

use super::table::{Table, with_kind};
use host_core::object::{Key, Kind};
use host_core::reference::Deletion;
use rusqlite::Connection;
use std::sync::OnceLock;

/// A kind that can name a row of another, with the statement that finds one.
type Namer = (Kind, String);

/// The kinds that keep a row of a kind from being deleted by naming it.
fn namers(kind: Kind) -> &'static [Namer] {
    static ALL: [OnceLock<Vec<Namer>>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    ALL[kind as usize].get_or_init(|| {
        let all = Kind::ALL.iter().flat_map(|namer| namer.references().iter().map(|reference| (*namer, reference)));
        let keeping = all.filter(|(_, (_, it))| it.to == kind.as_str() && it.on_deletion == Deletion::Refused);
        keeping.map(|(namer, (field, _))| (namer, with_kind!(namer, T => finding::<T>(field, kind)))).collect()
    })
}

/// The statement that finds a row of a table which names one of a kind by a field. Where the field has no column it
/// stands in the document; such tables are small.
fn finding<T: Table>(field: &'static str, named: Kind) -> String {
    let (table, word) = (T::NAME, T::word());
    if T::LINKED.contains(&field) {
        return format!("SELECT 1 FROM {word}_{field} WHERE {} = ?1", named.as_str());
    }
    // What names itself does not keep itself.
    let another = if T::KIND == named { format!(" AND {table}.id <> ?1") } else { String::new() };
    let own =
        T::FIELD_COLUMNS.iter().find(|(name, _)| *name == field).and_then(|(_, columns)| columns.first().copied());
    match own.or_else(|| T::COLUMNS.contains(&field).then_some(field)) {
        Some(column) => format!("SELECT 1 FROM {table} WHERE {column} = ?1{another}"),
        None => {
            format!("SELECT 1 FROM {table}, json_each(document, '$.{field}') named WHERE named.value = ?1{another}")
        }
    }
}

/// The kind of a row that names this one, if there is any.
pub(super) fn named_by(connection: &Connection, key: Key) -> rusqlite::Result<Option<Kind>> {
    for (namer, sql) in namers(key.kind()) {
        if connection.prepare_cached(sql)?.exists((key.number(),))? {
            return Ok(Some(*namer));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::database_file::{make, open_reading};
    use crate::sqlite::schema::TENANT;

    #[test]
    fn whatever_keeps_a_row_is_found_by_an_index_unless_it_stands_in_documents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.db");
        make(&path, &TENANT).unwrap();
        let connection = open_reading(&path, &TENANT).unwrap();
        let namers: Vec<_> = Kind::ALL.iter().flat_map(|kind| namers(*kind)).collect();
        for (_, sql) in &namers {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
            let steps: Vec<_> = steps.map(Result::unwrap).collect();
            let looks_up = steps.iter().all(|step| step.starts_with("SEARCH"));
            assert!(looks_up || sql.contains("json_each"), "{sql}: {steps:?}");
        }
        let declared = Kind::ALL.iter().flat_map(|kind| kind.references());
        let keeping = declared.filter(|(_, reference)| reference.on_deletion == Deletion::Refused);
        assert_eq!(namers.len(), keeping.count());
    }
}
