//! Where members stand in a bouquet, and how they come, go and move. Positions leave room between
//! neighbours, so that an edit writes the members that it names and no others.

use super::batch::{Failure, PlanWriter};
use host_core::BouquetId;
use host_core::bouquet::{Member, Spot};
use host_core::plan::Guard;
use rusqlite::{Connection, OptionalExtension};

/// Between two neighbours, when there is a choice.
const STRIDE: i64 = 1 << 16;

/// The bouquet's members become exactly these. `bump`: the bouquet's version rises too.
pub(super) fn set(writer: &PlanWriter<'_>, bouquet: BouquetId, members: &[Member], bump: bool) -> Result<(), Failure> {
    writer.run("DELETE FROM bouquet_members WHERE bouquet = ?1", (bouquet.0,))?;
    write(writer, bouquet, 0, STRIDE, members)?;
    changed(writer, bouquet, bump)
}

/// These are added at the end; those that it has already stay where they are.
pub(super) fn add(writer: &PlanWriter<'_>, bouquet: BouquetId, members: &[Member], bump: bool) -> Result<(), Failure> {
    let next = last(writer.connection, bouquet)?.map_or(0, |last| last + STRIDE);
    write(writer, bouquet, next, STRIDE, members)?;
    changed(writer, bouquet, bump)
}

/// These leave it.
pub(super) fn remove(
    writer: &PlanWriter<'_>,
    bouquet: BouquetId,
    members: &[Member],
    bump: bool,
) -> Result<(), Failure> {
    members.iter().try_for_each(|member| take_out(writer, bouquet, *member))?;
    changed(writer, bouquet, bump)
}

/// These stand at the spot, in this order.
pub(super) fn place(
    writer: &PlanWriter<'_>,
    bouquet: BouquetId,
    members: &[Member],
    spot: Spot,
    bump: bool,
) -> Result<(), Failure> {
    members.iter().try_for_each(|member| take_out(writer, bouquet, *member))?;
    let many = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let (first, step) = match room(writer.connection, bouquet, spot, many)? {
        Some(room) => room,
        None => {
            renumber(writer, bouquet)?;
            let room = room(writer.connection, bouquet, spot, many)?;
            room.ok_or_else(|| Failure::Invalid(format!("{many} members do not fit between two others")))?
        }
    };
    write(writer, bouquet, first, step, members)?;
    changed(writer, bouquet, bump)
}

/// The position of a member.
pub(super) fn of(connection: &Connection, bouquet: BouquetId, member: Member) -> rusqlite::Result<Option<i64>> {
    let (sql, id) = match member {
        Member::Stream(id) => ("SELECT position FROM bouquet_members WHERE stream = ?1 AND bouquet = ?2", id.0),
        Member::Series(id) => ("SELECT position FROM bouquet_members WHERE series = ?1 AND bouquet = ?2", id.0),
    };
    connection.prepare_cached(sql)?.query_row((id, bouquet.0), |row| row.get(0)).optional()
}

fn last(connection: &Connection, bouquet: BouquetId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT max(position) FROM bouquet_members WHERE bouquet = ?1")?
        .query_row((bouquet.0,), |row| row.get(0))
}

fn take_out(writer: &PlanWriter<'_>, bouquet: BouquetId, member: Member) -> Result<(), Failure> {
    match member {
        Member::Stream(id) => {
            writer.run("DELETE FROM bouquet_members WHERE stream = ?1 AND bouquet = ?2", (id.0, bouquet.0))?
        }
        Member::Series(id) => {
            writer.run("DELETE FROM bouquet_members WHERE series = ?1 AND bouquet = ?2", (id.0, bouquet.0))?
        }
    };
    Ok(())
}

/// The first position at the spot and the step between them; none when there is too little room.
fn room(connection: &Connection, bouquet: BouquetId, spot: Spot, many: i64) -> Result<Option<(i64, i64)>, Failure> {
    let near = |sql: &str, at: i64| -> rusqlite::Result<Option<i64>> {
        connection.prepare_cached(sql)?.query_row((bouquet.0, at), |row| row.get(0))
    };
    let below = "SELECT max(position) FROM bouquet_members WHERE bouquet = ?1 AND position < ?2";
    let above = "SELECT min(position) FROM bouquet_members WHERE bouquet = ?1 AND position > ?2";
    // A spot beside one that has gone meanwhile is decided again.
    let anchor = |member| of(connection, bouquet, member)?.ok_or(Failure::Conflict(Guard::Referred));
    let (low, high) = match spot {
        Spot::First => (None, near(above, i64::MIN)?),
        Spot::Last => (last(connection, bouquet)?, None),
        Spot::Before(member) => {
            let at = anchor(member)?;
            (near(below, at)?, Some(at))
        }
        Spot::After(member) => {
            let at = anchor(member)?;
            (Some(at), near(above, at)?)
        }
    };
    Ok(match (low, high) {
        (None, None) => Some((0, STRIDE)),
        (Some(low), None) => Some((low + STRIDE, STRIDE)),
        (None, Some(high)) => Some((high - many.saturating_mul(STRIDE), STRIDE)),
        (Some(low), Some(high)) => {
            let step = (high - low) / (many + 1);
            (step > 0).then_some((low + step, step))
        }
    })
}

/// Gives every member of a bouquet a new position, above all that there are, with room between them.
fn renumber(writer: &PlanWriter<'_>, bouquet: BouquetId) -> Result<(), Failure> {
    let Some(last) = last(writer.connection, bouquet)? else { return Ok(()) };
    writer.run(
        "UPDATE bouquet_members SET position = ?2 + placed.place * ?3 \
         FROM (SELECT position AS at, row_number() OVER (ORDER BY position) AS place \
               FROM bouquet_members WHERE bouquet = ?1) AS placed \
         WHERE bouquet = ?1 AND position = placed.at",
        (bouquet.0, last, STRIDE),
    )?;
    Ok(())
}

fn write(
    writer: &PlanWriter<'_>,
    bouquet: BouquetId,
    first: i64,
    step: i64,
    members: &[Member],
) -> Result<(), Failure> {
    let mut position = first;
    for member in members {
        let (stream, series) = match member {
            Member::Stream(id) => (Some(id.0), None),
            Member::Series(id) => (None, Some(id.0)),
        };
        let written = writer.run(
            "INSERT INTO bouquet_members (bouquet, position, stream, series, kind) \
             VALUES (?1, ?2, ?3, ?4, coalesce((SELECT kind FROM streams WHERE id = ?3), 'series')) \
             ON CONFLICT DO NOTHING",
            (bouquet.0, position, stream, series),
        )?;
        if written > 0 {
            position += step;
        }
    }
    Ok(())
}

fn changed(writer: &PlanWriter<'_>, bouquet: BouquetId, bump: bool) -> Result<(), Failure> {
    if bump && writer.run("UPDATE bouquets SET version = version + 1 WHERE id = ?1", (bouquet.0,))? == 0 {
        return Err(Failure::Invalid(format!("there is no bouquet {bouquet}")));
    }
    Ok(())
}
