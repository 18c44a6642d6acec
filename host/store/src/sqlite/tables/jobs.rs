//! Jobs as rows.

use super::{Binding, Cells, StoreError, Table};
use host_core::job::Job;
use host_core::time::Unix;
use host_core::{JobId, Version};

impl Table for Job {
    const NAME: &'static str = "jobs";
    const COLUMNS: &'static [&'static str] =
        &["kind", "subject", "state", "cursor", "counts", "error", "started_at", "ended_at", "mass_edit"];
    const SEARCHED: &'static [&'static str] = &["kind", "subject"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.kind)?;
        row.put(&self.subject)?;
        row.word(self.state)?;
        // Kept bit by bit: SQLite's integers are signed.
        row.put(self.cursor.cast_signed())?;
        row.json(&self.counts)?;
        row.put(&self.error)?;
        row.put(self.started_at.0)?;
        row.put(self.ended_at.map(|at| at.0))?;
        match &self.mass_edit {
            None => row.put(None::<String>),
            Some(edit) => row.json(edit),
        }
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Job {
            id: JobId(cells.id),
            version: Version(cells.version),
            kind: cells.value()?,
            subject: cells.value()?,
            state: cells.word()?,
            cursor: cells.value::<i64>()?.cast_unsigned(),
            counts: cells.json()?,
            error: cells.value()?,
            started_at: Unix(cells.value()?),
            ended_at: cells.value::<Option<i64>>()?.map(Unix),
            mass_edit: cells.optional_json()?,
        })
    }
}
