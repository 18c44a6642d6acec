//! Asks for a mass edit: what it sets is checked before anything begins.

use super::{KIND, lines, records};
use crate::{Result, Work, line, record};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::job::{Edited, Job, JobState, MassEdit};
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::{JobId, Refusal};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Most that are named by their ids.
const MOST_IDS: usize = 10_000;
/// Makes the job that sets fields of many lines, and returns it as a record. `options` are the fields, as of an edit, and
/// which lines of the type `delivery`: `ids`, or else those that a list with this `search` and `filter` has, or `all`.
///
/// # Errors
/// `not_permitted` below an admin; `invalid_input` where no lines are chosen, for fields that only one line can have, for none at all, and for
/// values that no line could have; `too_large` for more than 10,000 ids.
pub async fn of_lines(work: &mut Work, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let mut fields = options.clone();
    let delivery = take(&mut fields, "delivery")?.unwrap_or_default();
    let filter: Option<String> = take(&mut fields, "filter")?;
    line::status_filter(filter.as_deref(), work.now())?;
    let edit = chosen(work, Edited::Delivery(delivery), filter, fields)?;
    lines::check(work, delivery, &edit.fields).await?;
    begin(work, edit).await
}

/// Likewise of records of a kind, which have no `filter`.
///
/// # Errors
/// Likewise; `invalid_input` also for kinds that are not edited so.
pub async fn of_records(work: &mut Work, kind: &str, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let edit = chosen(work, Edited::Records(kind.to_owned()), None, options.clone())?;
    records::check(work, kind, &edit).await?;
    begin(work, edit).await
}

/// Which ones are meant, and what is set.
fn chosen(work: &Work, of: Edited, filter: Option<String>, mut fields: Map<String, Value>) -> Result<MassEdit> {
    let takes_all = take::<bool>(&mut fields, "all")? == Some(true);
    let (ids, search) = (ids(&mut fields)?, take(&mut fields, "search")?);
    let edit = MassEdit { user: work.caller().user(), of, ids, filter, search, fields };
    if !takes_all && edit.ids.is_empty() && edit.filter.is_none() && edit.search.is_none() {
        let message = "Say which ones: their ids, a filter, a search, or all.";
        return Err(Refusal::field(Code::InvalidInput, "ids", message).into());
    }
    if edit.fields.is_empty() {
        return Err(Refusal::new(Code::InvalidInput, "Say what is to be set.").into());
    }
    Ok(edit)
}

async fn begin(work: &mut Work, edit: MassEdit) -> Result<Value> {
    let id = JobId(work.next_id(Kind::Job).await?);
    let subject = match edit.ids.len() {
        0 => format!("every {} that matches", edit.of.word()),
        count => format!("{count} of {}", edit.of.word()),
    };
    let job = Job::new(id, KIND, subject, JobState::Waiting, work.now());
    let job = Job { mass_edit: Some(Box::new(edit)), ..job };
    work.insert(job);
    work.effect(Effect::ScheduleMassEdit { job: id });
    record::get(work, Kind::Job.as_str(), id.0).await
}

/// Takes a part of the options out; null says nothing.
fn take<T: DeserializeOwned>(options: &mut Map<String, Value>, name: &'static str) -> Result<Option<T>> {
    let Some(value) = options.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let refused = |error: serde_json::Error| Refusal::field(Code::InvalidInput, name, format!("{name}: {error}"));
    Ok(Some(serde_json::from_value(value).map_err(refused)?))
}

fn ids(options: &mut Map<String, Value>) -> Result<Vec<u32>> {
    let mut ids: Vec<u32> = take(options, "ids")?.unwrap_or_default();
    if ids.len() > MOST_IDS {
        let message = format!("At most {MOST_IDS} ids; name more of them by a filter or a search.");
        return Err(Refusal::field(Code::TooLarge, "ids", message).into());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
