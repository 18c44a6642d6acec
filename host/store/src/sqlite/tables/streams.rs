//! Streams as rows, with an index of their categories.

use super::{Binding, Cells, StoreError, Table};
use host_core::stream::{EpisodeOf, Origin, Stream};
use host_core::time::Unix;
use host_core::{CategoryId, GuideSourceId, SeriesId, StreamId, Version};
use rusqlite::Connection;

impl Table for Stream {
    const NAME: &'static str = "streams";
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "enabled",
        "series",
        "season",
        "episode",
        "name",
        "number",
        "categories",
        "icon",
        "sources",
        "delivery",
        "guide_channel",
        "guide_source",
        "guide_offset",
        "archive_days",
        "custom_sid",
        "adult",
        "container",
        "details",
        "notes",
        "added_at",
        "origin_source",
        "origin_url",
        "origin_tvg_id",
        "origin_name",
        "origin_edited",
        "origin_missing",
        "origin_seen_at",
    ];
    const SEARCHED: &'static [&'static str] = &["name"];
    const SEARCH_INDEX: Option<&'static str> = Some("streams_search");

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.word(self.kind)?;
        row.put(self.enabled)?;
        row.put(self.episode_of.map(|place| place.series.0))?;
        row.put(self.episode_of.map(|place| place.season))?;
        row.put(self.episode_of.map(|place| place.number))?;
        row.put(&self.name)?;
        row.put(self.number)?;
        row.ids(&self.categories)?;
        row.put(&self.icon)?;
        row.list(&self.sources)?;
        row.word(self.delivery)?;
        row.put(&self.guide_channel)?;
        row.put(self.guide_source.map(|id| id.0))?;
        row.put(self.guide_offset)?;
        row.put(self.archive_days)?;
        row.put(&self.custom_sid)?;
        row.put(self.adult)?;
        row.put(&self.container)?;
        row.json(&self.details)?;
        row.put(&self.notes)?;
        row.put(self.added_at.0)?;
        bind_origin(self.origin.as_ref(), row)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let kind = cells.word()?;
        let enabled = cells.value()?;
        let (series, season, number) = (cells.value()?, cells.value()?, cells.value()?);
        let episode_of = match (series, season, number) {
            (Some(series), Some(season), Some(number)) => Some(EpisodeOf { series: SeriesId(series), season, number }),
            _ => None,
        };
        Ok(Stream {
            id: StreamId(cells.id),
            version: Version(cells.version),
            kind,
            enabled,
            episode_of,
            name: cells.value()?,
            number: cells.value()?,
            categories: cells.ids(CategoryId)?,
            icon: cells.value()?,
            sources: cells.list()?,
            delivery: cells.word()?,
            guide_channel: cells.value()?,
            guide_source: cells.id_of(GuideSourceId)?,
            guide_offset: cells.value()?,
            archive_days: cells.value()?,
            custom_sid: cells.value()?,
            adult: cells.value()?,
            container: cells.value()?,
            details: cells.json()?,
            notes: cells.value()?,
            added_at: Unix(cells.value()?),
            origin: read_origin(cells)?,
        })
    }

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if !fresh {
            connection.prepare_cached("DELETE FROM stream_categories WHERE stream = ?1")?.execute((self.id.0,))?;
        }
        for category in &self.categories {
            connection
                .prepare_cached(
                    "INSERT INTO stream_categories (category, stream) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute((category.0, self.id.0))?;
        }
        Ok(())
    }
}

fn bind_origin(origin: Option<&Origin>, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
    let Some(origin) = origin else {
        return (0..7).try_for_each(|_| row.put(Option::<i64>::None));
    };
    row.put(&origin.source)?;
    row.put(&origin.url)?;
    row.put(&origin.tvg_id)?;
    row.put(&origin.name)?;
    row.list(&origin.edited)?;
    row.put(origin.missing)?;
    row.put(origin.seen_at.0)
}

fn read_origin(cells: &mut Cells<'_>) -> Result<Option<Origin>, StoreError> {
    let Some(source) = cells.value()? else {
        return Ok(None);
    };
    Ok(Some(Origin {
        source,
        url: cells.value()?,
        tvg_id: cells.value()?,
        name: cells.value()?,
        edited: cells.list()?,
        missing: cells.value()?,
        seen_at: Unix(cells.value()?),
    }))
}
