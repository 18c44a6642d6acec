//! Documents as rows, with what they are found by.

use super::{Binding, Cells, StoreError, Table};
use crate::sqlite::document_places::place;
use host_core::document::{Document, Indexed};
use host_core::{DocumentId, Version};
use rusqlite::Connection;

impl Table for Document {
    const NAME: &'static str = "documents";
    const COLUMNS: &'static [&'static str] = &["collection", "fields", "searched"];
    const SEARCHED: &'static [&'static str] = &["searched"];
    const SEARCH_INDEX: Option<&'static str> = Some("documents_search");

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.collection)?;
        row.json(&self.fields)?;
        row.put(&self.indexed.searched)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Document {
            id: DocumentId(cells.id),
            version: Version(cells.version),
            collection: cells.value()?,
            fields: cells.json()?,
            indexed: Indexed::default(),
        })
    }

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        place(connection, self, fresh)
    }
}
