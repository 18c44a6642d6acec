//! What documents are found by, written with them.

use super::batch::{Failure, PlanWriter};
use host_core::document::Document;
use host_core::plan::Reshape;
use rusqlite::Connection;

/// Writes what a document is found by.
pub(super) fn place(connection: &Connection, document: &Document, fresh: bool) -> rusqlite::Result<()> {
    let (collection, id) = (&document.collection, document.id.0);
    if !fresh {
        for sql in [
            "DELETE FROM document_entries WHERE document = ?1",
            "DELETE FROM document_keys WHERE document = ?1",
            "DELETE FROM document_references WHERE document = ?1",
        ] {
            connection.prepare_cached(sql)?.execute((id,))?;
        }
    }
    for (name, value) in &document.indexed.keys {
        let sql = "INSERT INTO document_keys (collection, name, value, document) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute((collection, name, value, id))?;
    }
    for (name, value) in &document.indexed.entries {
        let sql = "INSERT INTO document_entries (collection, name, value, document) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute((collection, name, value, id))?;
    }
    for (field, kind, number) in &document.indexed.references {
        let sql = "INSERT INTO document_references (kind, number, document, field) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute((kind, number, id, field))?;
    }
    Ok(())
}

/// Gives documents their places by another shape.
pub(super) fn reshape(writer: &PlanWriter<'_>, reshape: &Reshape) -> Result<(), Failure> {
    for document in &reshape.documents {
        place(writer.connection, document, false)?;
    }
    let (shape, next) = if reshape.is_last { (Some(&reshape.shape), "") } else { (None, reshape.shape.as_str()) };
    let placed = reshape.documents.last().map_or(0, |document| document.id.0);
    writer.run(
        "INSERT INTO collections (name, shape, next, placed) VALUES (?1, coalesce(?2, ''), ?3, ?4) \
         ON CONFLICT (name) DO UPDATE SET shape = coalesce(?2, shape), next = ?3, placed = ?4",
        (&reshape.collection, shape, next, placed),
    )?;
    Ok(())
}
