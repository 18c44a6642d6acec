//! Reads one record.

use super::{beside, is_readable, visible_fields};
use crate::line::purchase;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::object::Object;
use host_core::record::RecordKind;
use serde_json::Value;

/// The record as the caller may see it; for admins a bouquet with its counts and first members, a group with its
/// packages.
///
/// # Errors
/// `not_found`, also for kinds and rows that the caller may not see; `invalid_input` for an
/// unknown kind.
pub async fn get(work: &mut Work, kind: &str, id: u32) -> Result<Value> {
    let kind = super::kind(work, kind)?;
    let missing = || Refusal::not_found(kind.word());
    if !is_readable(work, kind) {
        return Err(missing().into());
    }
    let object = super::read(work, kind, id).await?;
    if !is_visible(work, &object).await? {
        return Err(missing().into());
    }
    document(work, kind, &object).await
}

/// Whether a reseller has it: their own group and those that they may give, the packages that they sell.
async fn is_visible(work: &mut Work, object: &Object) -> Result<bool> {
    if work.caller().role() != CallerRole::Reseller {
        return Ok(true);
    }
    let seller = purchase::seller(work).await?;
    Ok(match (object, seller) {
        (Object::Group(group), Some(seller)) => {
            group.id == seller.group.id || seller.group.user_groups.contains(&group.id)
        }
        (Object::Package(package), Some(seller)) => package.groups.contains(&seller.group.id),
        _ => true,
    })
}

/// The whole document of a record, for the caller.
pub(super) async fn document(work: &Work, kind: RecordKind, object: &Object) -> Result<Value> {
    let mut fields = visible_fields(work, kind, object);
    beside::show(work, object, &mut fields).await?;
    Ok(Value::Object(fields))
}
