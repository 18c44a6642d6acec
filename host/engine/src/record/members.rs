//! Members of a bouquet as a verb: a page of them, and edits that cost what they name, whatever the
//! bouquet's size.

use super::bouquet::{self, SHOWN};
use super::{get, is_readable};
use crate::overlay::Edit;
use crate::{Result, Work};
use host_core::bouquet::{Bouquet, Member, Spot};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::object::{Kind, Object};
use host_core::record::RecordKind;
use host_core::refusal::Code;
use host_core::{BouquetId, Refusal};
use serde_json::{Map, Value, json};

/// What a change may say.
const FIELDS: [&str; 4] = ["add", "remove", "move", "to"];

/// A page of a bouquet's members as committed: `query` is `{"after","limit"}`, both optional, `after`
/// a member; the answer `{"rows","counts"}`, at most 1,000 rows.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin, `invalid_input` for a malformed query and a member
/// that the bouquet does not have.
pub async fn members(work: &mut Work, bouquet: BouquetId, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    if !is_readable(work, RecordKind::Typed(Kind::Bouquet)) || work.know::<Bouquet>(bouquet).await?.is_none() {
        return Err(Refusal::not_found(Kind::Bouquet.as_str()).into());
    }
    if let Some(name) = query.keys().find(|name| !["after", "limit"].contains(&name.as_str())) {
        return Err(Refusal::field(Code::InvalidInput, name.clone(), "A page has after and limit.").into());
    }
    let after = member(query.get("after"), "after")?;
    let limit = match query.get("limit") {
        None | Some(Value::Null) => SHOWN,
        Some(limit) => usize::try_from(limit.as_u64().unwrap_or(0)).unwrap_or(SHOWN).clamp(1, SHOWN),
    };
    if let Some(after) = after {
        require(work, bouquet, after, "after").await?;
    }
    let limit = u32::try_from(limit).unwrap_or(1);
    let page = work.engine().store().members_page(work.caller().tenant, bouquet, after, limit).await?;
    let rows: Vec<Value> = page.iter().map(bouquet::member_document).collect();
    Ok(json!({ "rows": rows, "counts": bouquet::counts(work, bouquet).await? }))
}

/// Edits a bouquet's members: `change` is `{"add","remove","move","to"}`, each optional. `add` puts
/// members at the end, and leaves those that it has where they are; `remove` takes members out;
/// `move` puts them `to` a spot, in the order given, and adds those that it does not have. Removed
/// first, added then, moved last. Returns the whole record. Connections to what was removed end
/// after commit.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin, `too_large` for more than 10,000 members of one kind
/// of change, `invalid_input`.
pub async fn edit_members(work: &mut Work, bouquet: BouquetId, change: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let Some(row) = work.know::<Bouquet>(bouquet).await? else {
        return Err(Refusal::not_found(Kind::Bouquet.as_str()).into());
    };
    if let Some(name) = change.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let message = format!("There is no {name}; a change has {}.", FIELDS.join(", "));
        return Err(Refusal::field(Code::InvalidInput, name.clone(), message).into());
    }
    let removed = list(work, change, "remove").await?;
    let added = list(work, change, "add").await?;
    let moved = list(work, change, "move").await?;
    let spot = spot(change.get("to"))?;
    if let Some(anchor) = spot.anchor() {
        if moved.contains(&anchor) || removed.contains(&anchor) {
            return Err(bouquet::refuse("to", "The member at the spot stays; name another one.".into()).into());
        }
        if !added.contains(&anchor) {
            require(work, bouquet, anchor, "to").await?;
        }
    }
    if !removed.is_empty() {
        work.edit_members(bouquet, Edit::Remove(removed));
        work.effect(Effect::CheckConnections);
    }
    if !added.is_empty() {
        work.edit_members(bouquet, Edit::Add(added));
    }
    if !moved.is_empty() {
        work.edit_members(bouquet, Edit::Place(moved, spot));
    }
    get::document(work, RecordKind::Typed(Kind::Bouquet), &Object::Bouquet(row)).await
}

async fn list(work: &mut Work, change: &Map<String, Value>, field: &'static str) -> Result<Vec<Member>> {
    match change.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        // What is taken out need not be there any more.
        Some(value) if field == "remove" => Ok(bouquet::parsed(field, value.clone())?),
        Some(value) => bouquet::list(work, field, value.clone()).await,
    }
}

fn spot(value: Option<&Value>) -> Result<Spot> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Spot::Last) };
    let wrong = |_| bouquet::refuse("to", r#"to is "first", "last", {"before":MEMBER} or {"after":MEMBER}."#.into());
    Ok(serde_json::from_value(value.clone()).map_err(wrong)?)
}

fn member(value: Option<&Value>, field: &'static str) -> Result<Option<Member>> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let wrong = |_| bouquet::refuse(field, format!(r#"{field} is {{"stream":ID}} or {{"series":ID}}."#));
    Ok(Some(serde_json::from_value(value.clone()).map_err(wrong)?))
}

/// Refuses a member that the bouquet does not have, as the plan leaves it.
async fn require(work: &Work, bouquet: BouquetId, member: Member, field: &'static str) -> Result<()> {
    let own = work.overlay.members(bouquet).iter().rev().find(|edit| edit.named().contains(&member) || edit.is_set());
    let is_there = match own {
        Some(edit) => edit.named().contains(&member) && !matches!(edit, Edit::Remove(_)),
        None => work.engine().store().holds(work.caller().tenant, bouquet, member).await?,
    };
    if is_there {
        return Ok(());
    }
    Err(bouquet::refuse(field, "The bouquet does not have this member.".into()).into())
}
