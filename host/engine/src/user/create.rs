//! Creates a user below the caller.

use super::tree::{self, Branch};
use super::{choice, fields, password, view};
use crate::document::Options;
use crate::fields::settable;
use crate::line::purchase;
use crate::{Result, Work};
use host_core::caller::Identity;
use host_core::ledger::Reason;
use host_core::object::{Key, Kind};
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::user::{Role, User};
use host_core::{GroupId, Refusal, UserId};
use serde_json::{Map, Value};

/// Creates a reseller below the caller, charges the group's price and returns the user view, with
/// `password` when it was generated. Without a `group` it is the caller's own, of admins the first. The host itself may also create admins (`role`).
///
/// # Errors
/// `not_permitted`, `username_taken`, `invalid_username`, `invalid_password`,
/// `insufficient_credits`, `invalid_input`.
pub async fn create(work: &mut Work, options: &Map<String, Value>) -> Result<Value> {
    let (user, shown) = created(work, options).await?;
    let mut answer = view::document(&user, work).await?;
    if let Some(shown) = shown {
        answer.insert("password".to_owned(), shown.into());
    }
    Ok(Value::Object(answer))
}

/// The new user, and their password when it was generated.
pub(crate) async fn created(work: &mut Work, options: &Map<String, Value>) -> Result<(User, Option<String>)> {
    let options = Options::checked(options, &settable::<User>(), work.caller().role())?;
    let seller = purchase::seller(work).await?;
    if seller.as_ref().is_some_and(|seller| !seller.group.create_users) {
        return Err(Refusal::new(Code::NotPermitted, "This group may not create users.").into());
    }
    let role = role(work, &options)?;
    let parent = match &seller {
        Some(seller) => Some(seller.user.id),
        None => options.get::<Option<UserId>>("parent")?.flatten(),
    };
    if let Some(parent) = parent {
        tree::check(work, parent, Branch::NEW, "parent").await?;
    }
    let group = match role {
        Role::Admin => None,
        Role::Reseller => {
            let chosen = options.get::<Option<GroupId>>("group")?.flatten();
            Some(choice::group(work, seller.as_ref(), chosen).await?)
        }
    };
    let username = choice::username(work, options.text("username")?).await?;
    let package_prices = choice::prices(work, &options).await?.unwrap_or_default();
    let chosen = options.text("password")?.map(Secret::new);
    let (hash, shown) = password::hashed(work, chosen.as_ref()).await?;
    let id = UserId(work.next_id(Kind::User).await?);
    let created_at = work.now();
    let mut user =
        User { parent, role, group, username, password: hash, package_prices, created_at, ..User::empty(id) };
    fields::set(&mut user, &options)?;
    let user = user.checked()?;
    if let Some(seller) = &seller {
        let (price, note) = (seller.group.user_price, user.username.clone());
        purchase::pay(work, &seller.user, price, Reason::UserPrice, Key::User(id), note).await?;
    }
    work.insert(user.clone());
    Ok((user, shown))
}

fn role(work: &Work, options: &Options<'_>) -> Result<Role> {
    let role = options.get::<Role>("role")?.unwrap_or(Role::Reseller);
    if role == Role::Admin && work.caller().identity != Identity::System {
        return Err(Refusal::field(Code::NotPermitted, "role", "Admins are created with the user command.").into());
    }
    Ok(role)
}
