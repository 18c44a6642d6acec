//! Guide sources as rows; their programmes are in `guide`.

use super::{Binding, Cells, StoreError, Table};
use host_core::guide::{Build, GuideSource};
use host_core::time::Unix;
use host_core::{GuideSourceId, JobId, Version};

impl Table for GuideSource {
    const NAME: &'static str = "guide_sources";
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "url",
        "headers",
        "enabled",
        "every",
        "at",
        "days",
        "shift",
        "current",
        "latest",
        "channels",
        "programmes",
        "updated_at",
        "intact",
        "due_at",
        "tried_at",
        "failures",
        "error",
        "job",
    ];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.put(&self.url)?;
        row.json(&self.headers)?;
        row.put(self.enabled)?;
        row.put(self.every)?;
        row.put(&self.at)?;
        row.put(self.days)?;
        row.put(self.offset)?;
        row.put(self.current.0)?;
        row.put(self.latest.0)?;
        row.put(self.channels)?;
        row.put(self.programmes)?;
        row.put(self.updated_at.0)?;
        row.put(self.intact)?;
        row.put(self.due_at.map(|at| at.0))?;
        row.put(self.tried_at.map(|at| at.0))?;
        row.put(self.failures)?;
        row.put(&self.error)?;
        row.put(self.job.map(|id| id.0))
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(GuideSource {
            id: GuideSourceId(cells.id),
            version: Version(cells.version),
            name: cells.value()?,
            url: cells.value()?,
            headers: cells.json()?,
            enabled: cells.value()?,
            every: cells.value()?,
            at: cells.value()?,
            days: cells.value()?,
            offset: cells.value()?,
            current: Build(cells.value()?),
            latest: Build(cells.value()?),
            channels: cells.value()?,
            programmes: cells.value()?,
            updated_at: Unix(cells.value()?),
            intact: cells.value()?,
            due_at: cells.value::<Option<i64>>()?.map(Unix),
            tried_at: cells.value::<Option<i64>>()?.map(Unix),
            failures: cells.value()?,
            error: cells.value()?,
            job: cells.id_of(JobId)?,
        })
    }
}
