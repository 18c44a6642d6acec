//! Lists lines in the caller's scope.

use super::delivery::typed;
use super::view::{Facts, Reader};
use crate::shown::Shown;
use crate::{Result, Work, document};
use host_core::caller::CallerRole;
use host_core::line::{DeliveryType, Line, LineStatus};
use host_core::object::{Kind, Object, Stored};
use host_core::port::Filter;
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::{LineId, Refusal};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// A page of lines as its caller sees them. Their texts are made when they are written.
pub struct Lines {
    reader: Reader,
    rows: Vec<(Line, Facts)>,
    /// How many lines the caller's scope has; none on pages after a cursor.
    pub total: Option<u64>,
    /// How many of them match; likewise.
    pub matching: Option<u64>,
    /// Where the next page begins; none after the last one.
    pub cursor: Option<String>,
}

impl Lines {
    /// The line views, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = impl Serialize> {
        self.rows.iter().map(|(line, facts)| self.reader.view(line, facts.clone()))
    }
}

/// `{"rows","total","matching","cursor"}`.
impl Serialize for Lines {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut page = serializer.serialize_struct("Lines", 4)?;
        page.serialize_field("rows", &self.rows().collect::<Vec<_>>())?;
        page.serialize_field("total", &self.total)?;
        page.serialize_field("matching", &self.matching)?;
        page.serialize_field("cursor", &self.cursor)?;
        page.end()
    }
}

/// A page of line views, the newest first; `query` is
/// `{"start","limit","search","after","fields","filter","delivery","seen","batch"}`; without
/// `delivery` those of the type `line`. With `seen` each row has what was last seen of it, `{"at","address","agent"}` or null.
///
/// # Errors
/// `invalid_input` for a malformed query, `not_permitted` for lines and strangers.
pub async fn list(work: &mut Work, query: &Map<String, Value>) -> Result<Lines> {
    work.require(CallerRole::Reseller)?;
    let reader = Reader::of(work).showing(&Shown::of(query)?);
    let mut lines =
        document::query(Kind::Line, work.caller().scope(), query, &["filter", "delivery", "seen", "batch"])?;
    lines.fields = reader.reads();
    lines.filters.push(Filter::Delivery(delivery(query.get("delivery"))?));
    lines.filters.extend(batch(query.get("batch"))?.map(Filter::Batch));
    lines.descending = true;
    lines.filters.extend(filter(query.get("filter"), work.now())?);
    let page = work.list(lines).await?;
    let cursor = document::cursor(&page);
    let mut seen = match is_asked(query, "seen")? {
        true => Some(work.engine().seen(work.caller().tenant, page.rows.iter().map(Object::key).collect()).await?),
        false => None,
    };
    let mut rows = Vec::with_capacity(page.rows.len());
    for line in page.rows.into_iter().filter_map(Line::from_object) {
        let mut facts = reader.facts(&line, work).await?;
        if let Some(seen) = &mut seen {
            facts = facts.with_seen(seen.remove(&line.id.into()));
        }
        rows.push((line, facts));
        document::give_way(rows.len()).await;
    }
    Ok(Lines { reader, rows, total: page.total, matching: page.matching, cursor })
}

fn is_asked(query: &Map<String, Value>, name: &'static str) -> Result<bool> {
    match query.get(name) {
        None | Some(Value::Null | Value::Bool(false)) => Ok(false),
        Some(Value::Bool(true)) => Ok(true),
        Some(_) => Err(Refusal::field(Code::InvalidInput, name, format!("{name} is true or false.")).into()),
    }
}

fn delivery(word: Option<&Value>) -> Result<DeliveryType> {
    match word {
        None | Some(Value::Null) => Ok(DeliveryType::Line),
        Some(word) => typed(word.as_str().unwrap_or_default()),
    }
}

fn batch(id: Option<&Value>) -> Result<Option<LineId>> {
    let refused = |_| Refusal::field(Code::InvalidInput, "batch", "batch is the id of a batch.").into();
    id.map_or(Ok(None), Option::deserialize).map_err(refused)
}

fn filter(word: Option<&Value>, now: Unix) -> Result<Option<Filter>> {
    match word {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) => status_filter(Some(word), now),
        Some(_) => Err(refusal().into()),
    }
}

/// The filter with this word, if any is named.
///
/// # Errors
/// `invalid_input` by the option `filter`.
pub(crate) fn status_filter(word: Option<&str>, now: Unix) -> Result<Option<Filter>> {
    let status = |status| Some(Filter::LineStatus(status, now));
    Ok(match word.unwrap_or_default() {
        "" => None,
        "active" => status(LineStatus::Active),
        "disabled" => status(LineStatus::Disabled),
        "banned" => status(LineStatus::Banned),
        "expired" => status(LineStatus::Expired),
        "stock" => status(LineStatus::Stock),
        "trial" => Some(Filter::Trial),
        _ => return Err(refusal().into()),
    })
}

fn refusal() -> Refusal {
    Refusal::field(Code::InvalidInput, "filter", "One of active, disabled, banned, expired, stock, trial.")
}
