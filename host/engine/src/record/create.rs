//! Creates a record.

use super::{blank, bouquet, consequence, get, reference};
use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object, uniques};
use host_core::refusal::Code;
use host_core::{BouquetId, Refusal, record};
use serde_json::{Map, Value};

/// Creates a record from the fields that are there, and returns the whole record.
///
/// # Errors
/// `not_permitted` below an admin, `name_taken`, `invalid_input` for fields that do not fit and
/// for named things that are not there.
pub async fn create(work: &mut Work, kind: &str, document: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let kind = super::kind(kind)?;
    let mut document = document.clone();
    let members = if kind == Kind::Bouquet { bouquet::take(work, &mut document).await? } else { None };
    let object = compose(work, kind, &document).await?;
    record::validate(&object)?;
    claim(work, None, &object).await?;
    reference::check(work, &object).await?;
    consequence::effects(work, None, Some(&object));
    work.put(None, Some(object.clone()));
    set_members(work, &object, members);
    get::document(work, &object).await
}

async fn compose(work: &mut Work, kind: Kind, document: &Map<String, Value>) -> Result<Object> {
    if kind == Kind::Settings {
        return Err(Refusal::new(Code::NotPermitted, "Settings are there from the start; edit them.").into());
    }
    let (role, now) = (work.caller().role(), work.now());
    let id = work.next_id(kind).await?;
    Ok(match blank::blank(kind, id, now) {
        Some(blank) => blank::merged(&blank, document, role)?,
        None => Object::Block(blank::block(None, id, now, document, role)?),
    })
}

/// Claims the unique values that a record has and did not have before.
pub(super) async fn claim(work: &mut Work, before: Option<&Object>, after: &Object) -> Result<()> {
    let had = before.map(uniques).unwrap_or_default();
    for unique in uniques(after) {
        if !had.contains(&unique) && !work.claim(unique).await? {
            let message = format!("Another {} has this name; choose another.", after.key().kind().as_str());
            return Err(Refusal::field(Code::NameTaken, "name", message).into());
        }
    }
    Ok(())
}

/// Gives a bouquet the members that its document had.
pub(super) fn set_members(work: &mut Work, object: &Object, members: Option<Vec<Member>>) {
    if let (Object::Bouquet(row), Some(members)) = (object, members) {
        work.set_members(BouquetId(row.id.0), members);
    }
}
