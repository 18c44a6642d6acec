//! A mass edit of lines.

use super::named;
use crate::document::Options;
use crate::line::{self, Moment};
use crate::{Error, Result, Work};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::job::MassEdit;
use host_core::line::{DeliveryType, Line};
use host_core::object::{Kind, Stored};
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::{LineId, Refusal, UserId};
use serde_json::{Map, Value};

/// Lines of one plan.
const CHUNK: u32 = 500;
/// Fields that only one line can have.
const OF_ONE: [&str; 5] = ["username", "password", "mac", "code", "extend"];

/// Refuses what no line could be set to, as an edit of a line that has nothing yet.
pub(super) async fn check(work: &mut Work, delivery: DeliveryType, fields: &Map<String, Value>) -> Result<()> {
    if let Some(name) = fields.keys().find(|name| OF_ONE.contains(&name.as_str())) {
        let message = format!("{name} is of one line alone; edit that line.");
        return Err(Refusal::field(Code::InvalidInput, name.clone(), message).into());
    }
    let options = Options::checked(fields, &line::settable(Moment::Edit), work.caller().role())?;
    let owner = work.caller().user().unwrap_or(UserId(0));
    let blank = Line { delivery, ..Line::blank(LineId(0), owner, String::new(), work.now()) };
    // What locks a box to itself, another line cannot have.
    let blank = if delivery == DeliveryType::Line { blank } else { Line { lock_device: true, ..blank } };
    line::changed(work, &blank, &options, None).await.map(drop)
}

/// What is set, as an edit of a line reads it.
pub(super) fn options(edit: &MassEdit) -> Result<Options<'_>> {
    Options::checked(&edit.fields, &line::settable(Moment::Edit), CallerRole::Admin)
}

/// The next lines behind the last one that was done, and behind which one others come, if any do.
pub(super) async fn next(
    work: &mut Work,
    delivery: DeliveryType,
    edit: &MassEdit,
    last: u32,
) -> Result<(Vec<Line>, Option<u32>)> {
    if !edit.ids.is_empty() {
        let (ids, cursor) = named(edit, last, CHUNK);
        let mut lines = Vec::with_capacity(ids.len());
        for id in ids {
            lines.extend(work.know::<Line>(LineId(id)).await?.filter(|line| line.delivery == delivery));
        }
        return Ok((lines, cursor));
    }
    let mut query =
        Query { limit: CHUNK, search: edit.search.clone(), ..Query::all(Kind::Line, work.caller().scope()) };
    query.filters = vec![Filter::After(last), Filter::Delivery(delivery)];
    query.filters.extend(line::status_filter(edit.filter.as_deref(), work.now())?);
    let page = work.decided_from(query).await?;
    Ok((page.rows.into_iter().filter_map(Line::from_object).collect(), page.last))
}

/// Sets the fields of one line; answers what became of it. A line that refuses stays as it is.
pub(super) async fn set(work: &mut Work, before: &Line, options: &Options<'_>) -> Result<String> {
    let after = match line::changed(work, before, options, None).await {
        Ok(after) if after == *before => return Ok("unchanged".to_owned()),
        Ok(after) => after,
        Err(Error::Refusal(refusal)) => return Ok(format!("refused:{}", refusal.code.as_str())),
        Err(error) => return Err(error),
    };
    if before.admits_otherwise(&after) && work.connections(before.id).await? > 0 {
        work.effect(Effect::EndConnections { line: before.id });
    }
    work.update(before, after);
    Ok("changed".to_owned())
}
