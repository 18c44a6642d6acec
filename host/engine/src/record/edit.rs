//! Sets the fields of a record that were sent.

use super::beside::Beside;
use super::{access_code, beside, consequence, create, get, guide, job, provider, reference, sealed};
use crate::work::version::at_version;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::object::Object;
use host_core::record::RecordKind;
use serde_json::{Map, Value};

/// Sets the fields that are there, and returns the whole record.
///
/// # Errors
/// `not_found`, `stale`, `not_permitted` below an admin, `name_taken`, `invalid_input`.
pub async fn edit(work: &mut Work, kind: &str, id: u32, document: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let kind = super::kind(work, kind)?;
    let before = super::read(work, kind, id).await?;
    let document = at_version(document, before.version())?.into_owned();
    let changed = changed(work, kind, &before, document).await?;
    let (answer, after) = (changed.beside.answer(), changed.after.clone());
    put(work, kind, before, changed).await?;
    let mut document = get::document(work, kind, &after).await?;
    if let (Some((name, value)), Value::Object(fields)) = (answer, &mut document) {
        fields.insert(name.to_owned(), value);
    }
    Ok(document)
}

/// What becomes of a record by an edit.
pub(crate) struct Changed {
    after: Object,
    beside: Beside,
}

impl Changed {
    /// Whether it is as before.
    pub(crate) fn is_none(&self, before: &Object) -> bool {
        self.after == *before && self.beside.is_nothing()
    }
}

/// A record with the fields that are there. Where it refuses, nothing is in the plan.
pub(crate) async fn changed(
    work: &mut Work,
    kind: RecordKind,
    before: &Object,
    mut document: Map<String, Value>,
) -> Result<Changed> {
    let beside = beside::take(work, kind, &mut document).await?;
    let mut after = kind.merged(before, &document, work.caller().role(), work.now())?;
    create::claim(work, Some(before), &after).await?;
    reference::check(work, &after).await?;
    access_code::stays_open(work, before, Some(&after))?;
    consequence::mark_edited(before, &mut after);
    if let (Object::Series(old), Object::Series(series)) = (before, &mut after)
        && old != series
    {
        series.modified_at = work.now();
    }
    sealed::seal(work, kind, Some(before), &mut after);
    provider::settle(work, Some(before), &mut after, beside.reload).await?;
    job::cancel(work, before, &mut after)?;
    guide::settle(work, Some(before), &mut after, beside.reload).await?;
    Ok(Changed { after, beside })
}

/// Puts it into the plan, with what it leads to.
pub(crate) async fn put(work: &mut Work, kind: RecordKind, before: Object, changed: Changed) -> Result<()> {
    let Changed { after, beside } = changed;
    consequence::effects(work, kind, Some(&before), Some(&after));
    work.put(Some(before), Some(after.clone()));
    beside.set(work, &after).await
}
