//! Changes the fields of a user that were sent.

use super::tree::{self, Branch};
use super::{choice, fields, password, view};
use crate::document::Options;
use crate::fields::settable;
use crate::line::purchase::{self, Seller};
use crate::work::version::at_version;
use crate::{Result, Work, session};
use host_core::caller::{CallerRole, Identity};
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::Holder;
use host_core::user::{Role, User};
use host_core::{GroupId, Refusal, UserId};
use serde_json::{Map, Value};

/// What nobody sets of themselves: it is for those above.
const OF_THOSE_ABOVE: [&str; 5] = ["parent", "group", "enabled", "notes", "package_prices"];

/// Sets the fields that are there, and returns the user view. Switched off, or with another password, a user has no
/// session any more; while they are off, neither they nor anybody below them signs in.
///
/// # Errors
/// `not_found`, `stale`, `username_taken`, `invalid_username`, `invalid_password`, `invalid_input`; `not_permitted` for
/// fields of a higher role, for what nobody sets of themselves, for admins who are somebody else, for what the group
/// does not allow, and for a place too deep in the tree; `unavailable` when too many passwords are hashed at once.
pub async fn edit(work: &mut Work, id: UserId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let before: User = work.get(id).await?;
    let options = at_version(options, before.version)?;
    let mut settable = settable::<User>();
    settable.retain(|(name, _)| *name != "role");
    let options = Options::checked(&options, &settable, work.caller().role())?;
    let seller = permit(work, &before, &options).await?;
    let mut user = before.clone();
    fields::set(&mut user, &options)?;
    if let Some(chosen) = options.text("username")? {
        // Names are compared without case: in another one it is still their own.
        user.username = match chosen.to_lowercase() == before.username.to_lowercase() {
            true => chosen,
            false => choice::username(work, Some(chosen)).await?,
        };
    }
    if let Some(chosen) = options.get::<Option<GroupId>>("group")?.flatten().filter(|it| Some(*it) != before.group)
        && before.role == Role::Reseller
    {
        user.group = Some(choice::group(work, seller.as_ref(), Some(chosen)).await?);
    }
    if let Some(parent) = options.get::<Option<UserId>>("parent")?.filter(|parent| *parent != before.parent) {
        user.parent = parent;
        if let Some(parent) = parent {
            let branch = Branch::of(work, id).await?;
            tree::check(work, parent, branch, "parent").await?;
        }
    }
    if let Some(prices) = choice::prices(work, &options).await? {
        user.package_prices = prices;
    }
    let mut user = user.checked()?;
    let password = options.text("password")?.map(Secret::new);
    if let Some(chosen) = &password {
        user.password = password::hashed(work, Some(chosen)).await?.0;
    }
    if password.is_some() || (before.enabled && !user.enabled) {
        session::end_of(work, Holder::User(id)).await?;
    }
    work.update(&before, user.clone());
    Ok(Value::Object(view::document(&user, work).await?))
}

/// Refuses callers who may not change this of the user. The reseller who changes somebody below them, with their rights.
async fn permit(work: &mut Work, user: &User, options: &Options<'_>) -> Result<Option<Seller>> {
    let sent = |names: &[&'static str]| names.iter().copied().find(|name| options.has(name));
    let (is_self, is_host) = (work.caller().user() == Some(user.id), work.caller().identity == Identity::System);
    if is_self && let Some(name) = sent(&OF_THOSE_ABOVE) {
        let message = format!("Nobody sets {name} of themselves; ask those above you.");
        return Err(Refusal::field(Code::NotPermitted, name, message).into());
    }
    if user.role == Role::Admin && !is_self && !is_host {
        return Err(Refusal::new(Code::NotPermitted, "Other admins are changed with the user command.").into());
    }
    let only_switches = settable::<User>().iter().all(|(name, _)| *name == "enabled" || !options.has(name));
    if is_self || only_switches {
        return Ok(None);
    }
    let seller = purchase::seller(work).await?;
    if seller.as_ref().is_some_and(|seller| !seller.group.create_users) {
        return Err(Refusal::new(Code::NotPermitted, "This group may not change users.").into());
    }
    Ok(seller)
}
