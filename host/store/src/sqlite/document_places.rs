//! What documents are found by, written with them.

use super::batch::{Failure, PlanWriter};
use super::documents;
use super::table::{read_as, statements};
use host_core::Refusal;
use host_core::document::Document;
use host_core::object::{Key, Kind};
use host_core::plan::{Change, MAX_RESHAPED, Reshape};
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

/// Takes the unique keys of the documents that a plan changes or deletes: among these, values may change hands.
pub(super) fn let_go_of_keys(writer: &PlanWriter<'_>, changes: &[Change]) -> rusqlite::Result<()> {
    for change in changes {
        let document = match change {
            Change::Update(object) => object.key(),
            Change::Delete(key, _) => *key,
            _ => continue,
        };
        if let Key::Document(id) = document {
            writer.run("DELETE FROM document_keys WHERE document = ?1", (id.0,))?;
        }
    }
    Ok(())
}

/// Gives all documents of a collection their places by another shape.
pub(super) fn reshape(writer: &PlanWriter<'_>, reshape: &Reshape) -> Result<(), Failure> {
    let Reshape { collection, shape } = reshape;
    let known = documents::collection(writer.connection, collection)?;
    if known.documents > MAX_RESHAPED {
        let message = format!("{collection} has more than {MAX_RESHAPED} documents, and another shape");
        return Err(Failure::Invalid(message));
    }
    writer.note();
    let select = format!("{} WHERE documents.collection = ?1", statements(Kind::Document).select);
    let mut statement = writer.connection.prepare_cached(&select)?;
    let mut rows = statement.query((collection,))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let document = read_as::<Document>(row).map_err(Failure::Failed)?;
        let misfit = |refusal: Refusal| Failure::Invalid(format!("document {}: {}", document.id, refusal.message));
        all.push(Document { indexed: shape.place(&document.fields).map_err(misfit)?, ..document });
    }
    for document in &all {
        place(writer.connection, document, false)?;
    }
    let shape = serde_json::to_string(shape).map_err(|error| Failure::Invalid(error.to_string()))?;
    writer.run(
        "INSERT INTO collections (name, shape) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET shape = ?2",
        (collection, shape),
    )?;
    Ok(())
}
