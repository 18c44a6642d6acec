//! Sets the fields of a record that were sent.

use super::{blank, bouquet, consequence, create, get, reference};
use crate::work::version::at_version;
use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::object::{Kind, Object};
use host_core::{Refusal, record};
use serde_json::{Map, Value};

/// Sets the fields that are there, and returns the whole record.
///
/// # Errors
/// `not_found`, `stale`, `not_permitted` below an admin, `name_taken`, `invalid_input`.
pub async fn edit(work: &mut Work, kind: &str, id: u32, document: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let kind = super::kind(kind)?;
    let before = work.read(Scope::Tenant, blank::key(kind, id)).await?;
    let before = before.ok_or_else(|| Refusal::not_found(kind.as_str()))?;
    let mut document = at_version(document, before.version())?.into_owned();
    let members = if kind == Kind::Bouquet { bouquet::take(work, &mut document).await? } else { None };
    let mut after = blank::merged(&before, &document, work.caller().role())?;
    record::validate(&after)?;
    create::claim(work, Some(&before), &after).await?;
    reference::check(work, &after).await?;
    consequence::mark_edited(&before, &mut after);
    if let (Object::Series(old), Object::Series(series)) = (&before, &mut after)
        && old != series
    {
        series.modified_at = work.now();
    }
    consequence::effects(work, Some(&before), Some(&after));
    work.put(Some(before), Some(after.clone()));
    if let (Object::Bouquet(bouquet), Some(members)) = (&after, &members) {
        bouquet::check_taken(work, bouquet.id, members).await?;
    }
    create::set_members(work, &after, members);
    get::document(work, &after).await
}
