//! Collections: by what their documents are found, in which order, and what refers to what.

use super::table::{read_as, statements};
use crate::error::failed;
use host_core::DocumentId;
use host_core::document::{Cursor, Document, Range};
use host_core::object::Kind;
use host_core::port::{Collection, Documents, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

/// Bytes of documents after which a part of a collection ends.
const PART_BYTES: usize = 1 << 20;

/// A part of a collection.
pub(super) fn range(connection: &Connection, range: &Range) -> Result<Documents, StoreError> {
    let (order, beyond) = if range.descending { ("DESC", "<") } else { ("ASC", ">") };
    let (mut conditions, mut values) = (Vec::new(), Vec::<Value>::new());
    let mut mark = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    let (from, at) = match &range.index {
        None => {
            conditions.push(format!("d.collection = {}", mark(range.collection.clone().into())));
            ("documents d", "x'', d.id")
        }
        Some(index) => {
            conditions.push(format!("e.collection = {}", mark(range.collection.clone().into())));
            conditions.push(format!("e.name = {}", mark(index.clone().into())));
            conditions.push(format!("e.value >= {}", mark(range.from.clone().into())));
            if let Some(to) = &range.to {
                conditions.push(format!("e.value < {}", mark(to.clone().into())));
            }
            ("document_entries e JOIN documents d ON d.id = e.document", "e.value, e.document")
        }
    };
    if let Some(after) = &range.after {
        let id = mark(after.id.0.into());
        conditions.push(match &range.index {
            None => format!("d.id {beyond} {id}"),
            Some(_) => format!("(e.value, e.document) {beyond} ({}, {id})", mark(after.value.clone().into())),
        });
    }
    // One more than is asked for: whether there is one.
    let limit = mark((i64::from(range.limit) + 1).into());
    let sorted =
        if range.index.is_some() { format!("e.value {order}, e.document {order}") } else { format!("d.id {order}") };
    let sql = format!(
        "SELECT d.id, d.version, d.collection, d.fields, d.searched, {at} FROM {from} WHERE {} \
         ORDER BY {sorted} LIMIT {limit}",
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
    let (mut part, mut bytes) = (Documents::default(), 0);
    while let Some(row) = rows.next().map_err(failed)? {
        if bytes >= PART_BYTES || part.rows.len() >= range.limit as usize {
            part.more = true;
            break;
        }
        let cursor = Cursor { value: row.get(5).map_err(failed)?, id: DocumentId(row.get(6).map_err(failed)?) };
        bytes += row.get_ref(3).map_err(failed)?.as_str().map_or(0, str::len);
        part.rows.push((cursor, read_as::<Document>(row)?));
    }
    Ok(part)
}

/// What is known of a collection; nothing stands of one that was never written.
pub(super) fn collection(connection: &Connection, name: &str) -> rusqlite::Result<Collection> {
    let sql = "SELECT documents, shape FROM collections WHERE name = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok(Collection { documents: row.get(0)?, shape: row.get(1)? });
    Ok(connection.prepare_cached(sql)?.query_row((name,), read).optional()?.unwrap_or_default())
}

/// Documents that refer to a thing of the kind with this word, by id, and how many they are.
pub(super) fn referring(
    connection: &Connection,
    word: &str,
    number: u32,
    most: u32,
) -> Result<(u32, Vec<Document>), StoreError> {
    let sql = format!(
        "{} WHERE documents.id IN (SELECT document FROM document_references WHERE kind = ?1 AND number = ?2) \
         ORDER BY documents.id LIMIT ?3",
        statements(Kind::Document).select
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query((word, number, most)).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(read_as::<Document>(row)?);
    }
    Ok((count_referring(connection, word, number).map_err(failed)?, found))
}

/// How many documents refer to a thing.
pub(super) fn count_referring(connection: &Connection, word: &str, number: u32) -> rusqlite::Result<u32> {
    let sql = "SELECT count(DISTINCT document) FROM document_references WHERE kind = ?1 AND number = ?2";
    connection.prepare_cached(sql)?.query_row((word, number), |row| row.get(0))
}
