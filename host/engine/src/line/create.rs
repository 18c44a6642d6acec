//! Creates a line without a sale: for admins and the host.

use super::edit::set_admin_fields;
use super::fields::{self, Moment};
use super::{delivery, naming, purchase, sell, view};
use crate::document::Options;
use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::line::{DeliveryType, Line};
use host_core::object::{Kind, Stored};
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::user::{Role, User};
use host_core::{LineId, Refusal, UserId};
use serde_json::{Map, Value};

/// Creates a line from every settable field, and returns its view. Without `owner` it belongs to the
/// calling admin, and where the panel itself calls to its first admin.
///
/// # Errors
/// `not_permitted` below an admin, `username_taken`, `invalid_username`, `invalid_password`,
/// `invalid_input` for anything else that does not fit, `quota_exceeded`.
pub async fn create(work: &mut Work, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let options = Options::checked(options, &fields::settable(Moment::Creation), work.caller().role())?;
    purchase::line_quota(work).await?;
    let named = options.get::<Option<UserId>>("owner")?.flatten().or(work.caller().user());
    let owner = match named {
        Some(owner) => owner,
        None => first_admin(work).await?,
    };
    if work.know::<User>(owner).await?.is_none() {
        return Err(Refusal::field(Code::InvalidInput, "owner", "There is no user with this id.").into());
    }
    let username = naming::username(work, options.text("username")?, None).await?;
    let password = naming::password(work, options.text("password")?, None)?;
    let id = LineId(work.next_id(Kind::Line).await?);
    let mut line = Line::blank(id, owner, username, work.now());
    naming::set_password(work, id, &mut line, &password);
    let delivery = options.get::<DeliveryType>("delivery")?.unwrap_or_default();
    delivery::begin(work, &mut line, delivery, &options, delivery::GENERATED).await?;
    sell::choose(&mut line, &options)?;
    set_admin_fields(work, &mut line, &options).await?;
    work.insert(line.clone());
    view::document(&line, work).await
}

/// Who has the lines that are the panel's own.
async fn first_admin(work: &mut Work) -> Result<UserId> {
    let admins = Query { filters: vec![Filter::Role(Role::Admin)], limit: 1, ..Query::all(Kind::User, Scope::Tenant) };
    let found = work.list(admins).await?.rows.into_iter().find_map(User::from_object);
    let nobody = || Refusal::field(Code::InvalidInput, "owner", "Say which user owns the line.");
    Ok(found.ok_or_else(nobody)?.id)
}
