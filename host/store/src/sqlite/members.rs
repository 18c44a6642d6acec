//! Members of bouquets as they are read, and the catalogues that follow from them.

use super::cells::Word;
use super::member_places as places;
use crate::error::failed;
use host_core::bouquet::Member;
use host_core::port::{BouquetMember, Counted, StoreError};
use host_core::stream::{Stream, StreamKind};
use host_core::{BouquetId, CategoryId, SeriesId, StreamId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::collections::{HashMap, HashSet};

/// Ids in one `IN (…)`.
const CHUNK: usize = 256;

/// A bouquet's members in order.
pub(super) fn members(connection: &Connection, bouquet: BouquetId) -> Result<Vec<Member>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT stream, series FROM bouquet_members WHERE bouquet = ?1 ORDER BY position")
        .map_err(failed)?;
    let mut rows = statement.query((bouquet.0,)).map_err(failed)?;
    let mut members = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let stream: Option<u32> = row.get(0).map_err(failed)?;
        let series: Option<u32> = row.get(1).map_err(failed)?;
        members.extend(stream.map(|id| Member::Stream(StreamId(id))));
        members.extend(series.map(|id| Member::Series(SeriesId(id))));
    }
    Ok(members)
}

/// Up to `limit` members in order, behind one of them or from the first.
pub(super) fn page(
    connection: &Connection,
    bouquet: BouquetId,
    after: Option<Member>,
    limit: u32,
) -> Result<Vec<BouquetMember>, StoreError> {
    let from = match after {
        None => None,
        Some(member) => match places::of(connection, bouquet, member).map_err(failed)? {
            Some(position) => Some(position),
            None => return Ok(Vec::new()),
        },
    };
    let mut statement = connection
        .prepare_cached(
            "SELECT stream, series, kind FROM bouquet_members \
             WHERE bouquet = ?1 AND position > coalesce(?2, -9223372036854775808) ORDER BY position LIMIT ?3",
        )
        .map_err(failed)?;
    let mut rows = statement.query((bouquet.0, from, limit)).map_err(failed)?;
    let mut members = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let stream: Option<u32> = row.get(0).map_err(failed)?;
        let series: Option<u32> = row.get(1).map_err(failed)?;
        let kind = StreamKind::from_word(&row.get::<_, String>(2).map_err(failed)?);
        let member = stream.map(|id| Member::Stream(StreamId(id))).or(series.map(|id| Member::Series(SeriesId(id))));
        members.extend(member.map(|member| BouquetMember { bouquet, member, kind }));
    }
    Ok(members)
}

/// How many members of each kind these bouquets have.
pub(super) fn counts(connection: &Connection, bouquets: &[BouquetId]) -> Result<Vec<Counted>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT kind, members FROM bouquet_counts WHERE bouquet = ?1 AND members > 0")
        .map_err(failed)?;
    let mut counted = Vec::new();
    for bouquet in bouquets {
        let mut rows = statement.query((bouquet.0,)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let kind = StreamKind::from_word(&row.get::<_, String>(0).map_err(failed)?);
            counted.push(Counted { bouquet: *bouquet, kind, members: row.get(1).map_err(failed)? });
        }
    }
    Ok(counted)
}

/// Enabled streams of these kinds in these bouquets, each once, in order.
pub(super) fn catalogue(
    connection: &Connection,
    bouquets: &[BouquetId],
    kinds: &[StreamKind],
    category: Option<CategoryId>,
) -> Result<Vec<StreamId>, StoreError> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<_> = (0..kinds.len()).map(|n| format!("?{}", n + 3)).collect();
    let sql = format!(
        "SELECT m.stream FROM bouquet_members m JOIN streams s ON s.id = m.stream \
         WHERE m.bouquet = ?1 AND s.enabled = 1 AND s.kind IN ({}) {} ORDER BY m.position",
        marks.join(", "),
        within_category("stream", category)
    );
    let words: Vec<_> = kinds.iter().map(|kind| Value::from(kind.word().to_owned())).collect();
    in_order(connection, &sql, bouquets, category, &words).map(|ids| ids.into_iter().map(StreamId).collect())
}

/// Series in these bouquets, each once, in order.
pub(super) fn catalogue_series(
    connection: &Connection,
    bouquets: &[BouquetId],
    category: Option<CategoryId>,
) -> Result<Vec<SeriesId>, StoreError> {
    let sql = format!(
        "SELECT m.series FROM bouquet_members m WHERE m.bouquet = ?1 AND m.series IS NOT NULL {} ORDER BY m.position",
        within_category("series", category)
    );
    in_order(connection, &sql, bouquets, category, &[]).map(|ids| ids.into_iter().map(SeriesId).collect())
}

fn within_category(what: &str, category: Option<CategoryId>) -> String {
    match category {
        // The mark stands in both forms, so that parameters are bound alike.
        None => "AND ?2 IS NULL".into(),
        Some(_) => {
            let table = if what == "stream" { "stream_categories" } else { "series_categories" };
            format!("AND EXISTS (SELECT 1 FROM {table} c WHERE c.category = ?2 AND c.{what} = m.{what})")
        }
    }
}

fn in_order(
    connection: &Connection,
    sql: &str,
    bouquets: &[BouquetId],
    category: Option<CategoryId>,
    more: &[Value],
) -> Result<Vec<u32>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let (mut ids, mut known) = (Vec::new(), HashSet::new());
    for bouquet in bouquets {
        let fixed = [Value::from(bouquet.0), category.map_or(Value::Null, |id| Value::from(id.0))];
        let mut rows = statement.query(params_from_iter(fixed.iter().chain(more))).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let id: u32 = row.get(0).map_err(failed)?;
            // One bouquet has a member once; only several can repeat one.
            if bouquets.len() == 1 || known.insert(id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// These streams, in the order given.
pub(super) fn streams(connection: &Connection, ids: &[StreamId]) -> Result<Vec<Stream>, StoreError> {
    let statements = super::table::statements(host_core::object::Kind::Stream);
    let marks: Vec<_> = (1..=CHUNK).map(|n| format!("?{n}")).collect();
    let sql = format!("{} WHERE id IN ({})", statements.select, marks.join(", "));
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut streams = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        // The last chunk is filled up with ids that no row has.
        let padded = chunk.iter().map(|id| id.0).chain(std::iter::repeat(0)).take(CHUNK);
        let mut rows = statement.query(params_from_iter(padded)).map_err(failed)?;
        let mut found = HashMap::with_capacity(chunk.len());
        while let Some(row) = rows.next().map_err(failed)? {
            let stream: Stream = super::table::read_as(row)?;
            found.insert(stream.id, stream);
        }
        let repeated = chunk.len() != found.len();
        for id in chunk {
            match repeated {
                true => streams.extend(found.get(id).cloned()),
                false => streams.extend(found.remove(id)),
            }
        }
    }
    Ok(streams)
}

/// Whether one of the bouquets holds the stream, or the series of the episode.
pub(super) fn carries(connection: &Connection, bouquets: &[BouquetId], stream: StreamId) -> rusqlite::Result<bool> {
    let mut direct = connection.prepare_cached("SELECT 1 FROM bouquet_members WHERE stream = ?1 AND bouquet = ?2")?;
    for bouquet in bouquets {
        if direct.exists((stream.0, bouquet.0))? {
            return Ok(true);
        }
    }
    let series: Option<Option<u32>> = connection
        .prepare_cached("SELECT series FROM streams WHERE id = ?1")?
        .query_row((stream.0,), |row| row.get(0))
        .optional()?;
    let Some(series) = series.flatten() else { return Ok(false) };
    let mut through = connection.prepare_cached("SELECT 1 FROM bouquet_members WHERE series = ?1 AND bouquet = ?2")?;
    for bouquet in bouquets {
        if through.exists((series, bouquet.0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The bouquets that hold each of these streams, or the series of the episode.
pub(super) fn carriers(connection: &Connection, ids: &[StreamId]) -> Result<Vec<(StreamId, BouquetId)>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT bouquet FROM bouquet_members WHERE stream = ?1 \
             UNION SELECT m.bouquet FROM streams s JOIN bouquet_members m ON m.series = s.series WHERE s.id = ?1",
        )
        .map_err(failed)?;
    let mut pairs = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = statement.query((id.0,)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            pairs.push((*id, BouquetId(row.get(0).map_err(failed)?)));
        }
    }
    Ok(pairs)
}
