//! Asks for a mass edit: what it sets is checked before anything begins.

use super::KIND;
use crate::document::Options;
use crate::line::{self, Moment};
use crate::{Result, Work, record};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::job::{Job, JobState, MassEdit};
use host_core::line::{DeliveryType, Line};
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::{JobId, LineId, Refusal, UserId};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Most lines that are named by their ids.
const MOST_IDS: usize = 10_000;
/// Fields that only one line can have.
const OF_ONE: [&str; 5] = ["username", "password", "mac", "code", "extend"];

/// Makes the job that sets fields of many lines, and returns it as a record. `options` are the fields, as of an edit, and
/// which lines of the type `delivery`: `ids`, or else those that a list with this `search` and `filter` has, or `all`.
///
/// # Errors
/// `not_permitted` below an admin; `invalid_input` where no lines are chosen, for fields that only one line can have, for none at all, and for
/// values that no line could have; `too_large` for more than 10,000 ids.
pub async fn ask(work: &mut Work, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let mut fields = options.clone();
    let takes_all = take::<bool>(&mut fields, "all")? == Some(true);
    let edit = MassEdit {
        user: work.caller().user(),
        delivery: take(&mut fields, "delivery")?.unwrap_or_default(),
        ids: ids(&mut fields)?,
        filter: take(&mut fields, "filter")?,
        search: take(&mut fields, "search")?,
        fields,
    };
    if !takes_all && edit.ids.is_empty() && edit.filter.is_none() && edit.search.is_none() {
        let message = "Say which ones: their ids, a filter, a search, or all.";
        return Err(Refusal::field(Code::InvalidInput, "ids", message).into());
    }
    line::status_filter(edit.filter.as_deref(), work.now())?;
    check(work, &edit).await?;
    let id = JobId(work.next_id(Kind::Job).await?);
    let subject = match edit.ids.len() {
        0 => format!("every {} that matches", edit.delivery.as_str()),
        count => format!("{count} of {}", edit.delivery.as_str()),
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

fn ids(options: &mut Map<String, Value>) -> Result<Vec<LineId>> {
    let mut ids: Vec<LineId> = take(options, "ids")?.unwrap_or_default();
    if ids.len() > MOST_IDS {
        let message = format!("At most {MOST_IDS} ids; name more lines by a filter or a search.");
        return Err(Refusal::field(Code::TooLarge, "ids", message).into());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Refuses what no line could be set to, as an edit of a line that has nothing yet.
async fn check(work: &mut Work, edit: &MassEdit) -> Result<()> {
    if edit.fields.is_empty() {
        return Err(Refusal::new(Code::InvalidInput, "Say what is to be set.").into());
    }
    if let Some(name) = edit.fields.keys().find(|name| OF_ONE.contains(&name.as_str())) {
        let message = format!("{name} is of one line alone; edit that line.");
        return Err(Refusal::field(Code::InvalidInput, name.clone(), message).into());
    }
    let options = Options::checked(&edit.fields, &line::settable(Moment::Edit), work.caller().role())?;
    let owner = work.caller().user().unwrap_or(UserId(0));
    let blank = Line { delivery: edit.delivery, ..Line::blank(LineId(0), owner, String::new(), work.now()) };
    // What locks a box to itself, another line cannot have.
    let blank = if edit.delivery == DeliveryType::Line { blank } else { Line { lock_device: true, ..blank } };
    line::changed(work, &blank, &options, None).await.map(drop)
}
