//! Deletes a user: their credits return to the user above, and what is theirs moves up.

use super::tree::{self, Branch};
use crate::document::Options;
use crate::line::purchase;
use crate::record::reference;
use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::object::{Key, Kind};
use host_core::plan::{Guard, SetKind};
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::user::{Role, User};
use host_core::{Refusal, TransferId, UserId};
use serde_json::{Map, Value};

/// The option that names who gets what was theirs.
const HEIR: &str = "replace_with";

/// Deletes a user. What is left of their balance returns to the user above, or to the panel; their lines and the users
/// below them move there too or, as an admin's `options` say, to `replace_with`. No line is touched otherwise, and no
/// connection ends. Their keys and sessions go with them.
///
/// # Errors
/// `not_found`; `not_permitted` for the caller themselves, for admins, when the caller's group may not delete users, and
/// for a `replace_with` too deep in the tree; `invalid_input` for one who is not there, or who would be deleted or moved too;
/// `in_use` where too many documents refer to the user.
pub async fn delete(work: &mut Work, id: UserId, options: &Map<String, Value>) -> Result<()> {
    work.require(CallerRole::Reseller)?;
    let options = Options::checked(options, &[(HEIR, CallerRole::Admin)], work.caller().role())?;
    let refuse = |message| Err(Refusal::new(Code::NotPermitted, message).into());
    if work.caller().user() == Some(id) {
        return refuse("You cannot delete yourself; ask those above you.");
    }
    let user: User = work.get(id).await?;
    let seller = purchase::seller(work).await?;
    if seller.is_some_and(|seller| !seller.group.delete_users) {
        return refuse("This group may not delete users.");
    }
    if user.role == Role::Admin {
        return refuse("Admins are not deleted; switch them off with the user command.");
    }
    let named = options.get::<Option<UserId>>(HEIR)?.flatten();
    if let Some(named) = named {
        let branch = Branch::of(work, id).await?;
        // Whoever is deleted leaves one level fewer.
        let below = Branch { levels: branch.levels.saturating_sub(1), ..branch };
        tree::check(work, named, below, HEIR).await?;
    }
    settle(work, &user).await?;
    let above = named.or(user.parent);
    let keeper = match above {
        Some(above) => above,
        None => panels_keeper(work).await?,
    };
    let lines = owned(work, Kind::Line, id).await?;
    work.set(SetKind::MoveLines(id, keeper), Some(lines));
    let users = owned(work, Kind::User, id).await?;
    work.set(SetKind::MoveUsers(id, above), Some(users));
    reference::let_go(work, Kind::User.as_str(), id.0).await?;
    work.delete(&user);
    Ok(())
}

/// Moves what is left of the balance to the reseller above, or to the panel.
async fn settle(work: &mut Work, user: &User) -> Result<()> {
    let from = Account::User(user.id);
    let amount = work.balance(from).await?;
    work.guard(Guard::Settles(from, amount));
    if amount == Credits::ZERO {
        return Ok(());
    }
    let above = match user.parent {
        Some(parent) => work.know::<User>(parent).await?.filter(|above| above.role == Role::Reseller),
        None => None,
    };
    let to = above.map_or(Account::System, |above| Account::User(above.id));
    let (actor, at) = (work.caller().user(), work.now());
    work.transfer(Transfer {
        id: TransferId(0),
        from,
        to,
        amount,
        reverses: None,
        reason: Reason::Settlement,
        object: Some(Key::User(user.id)),
        actor,
        note: user.username.clone(),
        at,
    });
    Ok(())
}

/// Who keeps the lines of the panel itself: the calling admin, or the first there is.
async fn panels_keeper(work: &Work) -> Result<UserId> {
    if let Some(caller) = work.caller().user() {
        return Ok(caller);
    }
    let admins = Query { filters: vec![Filter::Role(Role::Admin)], limit: 1, ..Query::all(Kind::User, Scope::Tenant) };
    let first = work.list(admins).await?.rows.first().map(|admin| UserId(admin.key().number()));
    Ok(first
        .ok_or_else(|| Refusal::new(Code::InvalidInput, "There is no admin to keep the lines; create one first."))?)
}

/// How many rows of a kind are a user's own.
async fn owned(work: &Work, kind: Kind, user: UserId) -> Result<u32> {
    let own = Query { filters: vec![Filter::Owner(user)], limit: 1, ..Query::all(kind, Scope::Tenant) };
    let total = work.list(own).await?.total.unwrap_or_default();
    Ok(u32::try_from(total).unwrap_or(u32::MAX))
}
