//! Channels and programmes of guide sources, build by build.

use super::batch::{Failure, PlanWriter};
use crate::error::failed;
use host_core::GuideSourceId;
use host_core::guide::{Build, GuideChannel, Programme, READ_BYTES};
use host_core::port::StoreError;
use host_core::time::Unix;
use rusqlite::{Connection, Row};
use std::sync::LazyLock;

/// Adds to a build that nobody reads yet.
pub(super) fn add(
    writer: &PlanWriter<'_>,
    source: GuideSourceId,
    build: Build,
    channels: &[GuideChannel],
    programmes: &[Programme],
) -> Result<(), Failure> {
    for channel in channels {
        writer.run(
            "INSERT INTO guide_channels (source, build, id, name, icon) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO NOTHING",
            (source.0, build.0, &channel.id, &channel.name, &channel.icon),
        )?;
    }
    for programme in programmes {
        writer.run(
            "INSERT INTO programmes (source, build, channel, start, stop, title, description, language) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            (
                source.0,
                build.0,
                &programme.channel,
                programme.start.0,
                programme.stop.0,
                &programme.title,
                &programme.description,
                &programme.language,
            ),
        )?;
    }
    Ok(())
}

/// Builds of ?1 that are neither read nor being made; all of a source that is gone.
const STALE: &str = "source = ?1 AND build NOT IN (SELECT current FROM guide_sources WHERE id = ?1 \
     UNION ALL SELECT latest FROM guide_sources WHERE id = ?1)";

static PRUNE: LazyLock<(String, String)> = LazyLock::new(|| {
    (
        format!("DELETE FROM programmes WHERE id IN (SELECT id FROM programmes WHERE {STALE} LIMIT ?2)"),
        format!("DELETE FROM guide_channels WHERE {STALE}"),
    )
});

/// Drops up to `most` programmes of builds that nobody reads. Returns how many.
pub(super) fn prune(writer: &PlanWriter<'_>, source: GuideSourceId, most: u32) -> Result<u32, Failure> {
    let (programmes, channels) = &*PRUNE;
    let dropped = u32::try_from(writer.run(programmes, (source.0, most))?).unwrap_or(u32::MAX);
    if dropped < most {
        writer.run(channels, (source.0,))?;
    }
    Ok(dropped)
}

/// Programmes in a build.
pub(super) fn build_size(connection: &Connection, source: GuideSourceId, build: Build) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT count(*) FROM programmes WHERE source = ?1 AND build = ?2")?
        .query_row((source.0, build.0), |row| row.get(0))
}

/// The sources that can be read, with their current builds, lowest id first.
fn current(connection: &Connection, source: Option<GuideSourceId>) -> rusqlite::Result<Vec<(u32, u32)>> {
    connection
        .prepare_cached(
            "SELECT id, current FROM guide_sources WHERE current > 0 AND id = coalesce(?1, id) ORDER BY id",
        )?
        .query_map((source.map(|id| id.0),), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Programmes of channels in a span, as many as [`READ_BYTES`] of text. Without a source, a channel is
/// taken from the first source that has it in this span.
pub(super) fn programmes(
    connection: &Connection,
    source: Option<GuideSourceId>,
    mut channels: Vec<String>,
    (from, to): (Unix, Unix),
    limit: u32,
) -> Result<Vec<Programme>, StoreError> {
    channels.sort_unstable();
    channels.dedup();
    let sources = current(connection, source).map_err(failed)?;
    let mut statement = connection
        .prepare_cached(
            "SELECT id, channel, start, stop, title, description, language FROM programmes \
             WHERE source = ?1 AND build = ?2 AND channel = ?3 AND start < ?4 AND stop > ?5 ORDER BY start, id LIMIT ?6",
        )
        .map_err(failed)?;
    let (mut programmes, mut bytes) = (Vec::new(), 0);
    for channel in &channels {
        for (source, build) in &sources {
            let before = programmes.len();
            let mut rows = statement.query((source, build, channel, to.0, from.0, limit)).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let programme = programme(row).map_err(failed)?;
                bytes += programme.title.len() + programme.description.len();
                programmes.push(programme);
                if bytes > READ_BYTES {
                    return Ok(programmes);
                }
            }
            if programmes.len() > before {
                break;
            }
        }
    }
    Ok(programmes)
}

fn programme(row: &Row<'_>) -> rusqlite::Result<Programme> {
    Ok(Programme {
        id: row.get(0)?,
        channel: row.get(1)?,
        start: Unix(row.get(2)?),
        stop: Unix(row.get(3)?),
        title: row.get(4)?,
        description: row.get(5)?,
        language: row.get(6)?,
    })
}

/// Channels of the current builds, by id; of one that several sources name, the first source's.
pub(super) fn channels(connection: &Connection) -> rusqlite::Result<Vec<GuideChannel>> {
    let mut channels: Vec<GuideChannel> = connection
        .prepare_cached(
            "SELECT c.id, c.name, c.icon FROM guide_channels c \
             JOIN guide_sources s ON s.id = c.source AND s.current = c.build ORDER BY c.id, c.source",
        )?
        .query_map((), |row| Ok(GuideChannel { id: row.get(0)?, name: row.get(1)?, icon: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    channels.dedup_by(|later, earlier| later.id == earlier.id);
    Ok(channels)
}
