//! Creates a user below the caller.

use super::{fields, password, view};
use crate::document::Options;
use crate::fields::settable;
use crate::line::purchase::{self, Seller};
use crate::{Result, Work};
use host_core::caller::{Identity, Scope};
use host_core::group::Group;
use host_core::ledger::Reason;
use host_core::object::{Key, Kind};
use host_core::port::Query;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::unique::Unique;
use host_core::user::{MAX_DEPTH, Role, User};
use host_core::{GroupId, Refusal, UserId, name};
use serde_json::{Map, Value};

const GENERATED_NAME: usize = 12;

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
    let parent = parent(work, seller.as_ref(), &options).await?;
    let group = if role == Role::Admin { None } else { group(work, seller.as_ref(), &options).await? };
    let username = username(work, &options).await?;
    let chosen = options.text("password")?.map(Secret::new);
    let (hash, shown) = password::hashed(work, chosen.as_ref()).await?;
    let id = UserId(work.next_id(Kind::User).await?);
    let mut user = User { parent, role, group, username, password: hash, created_at: work.now(), ..User::empty(id) };
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

/// The user above: the calling reseller, or whom an admin names. The tree must not get too deep.
async fn parent(work: &mut Work, seller: Option<&Seller>, options: &Options<'_>) -> Result<Option<UserId>> {
    let parent = match seller {
        Some(seller) => Some(seller.user.id),
        None => options.get::<Option<UserId>>("parent")?.flatten(),
    };
    let (mut depth, mut above) = (1, parent);
    while let Some(id) = above {
        let Some(user) = work.know::<User>(id).await? else {
            return Err(Refusal::field(Code::InvalidInput, "parent", "There is no user with this id.").into());
        };
        // Admins stand above the tree: their resellers are at depth 1.
        depth += u32::from(user.role == Role::Reseller);
        if depth > MAX_DEPTH {
            let message = format!("Users stand at most {MAX_DEPTH} deep below the panel.");
            return Err(Refusal::field(Code::NotPermitted, "parent", message).into());
        }
        above = user.parent;
    }
    Ok(parent)
}

/// The group: a reseller gives one that their group may give, else their own.
async fn group(work: &mut Work, seller: Option<&Seller>, options: &Options<'_>) -> Result<Option<GroupId>> {
    let chosen = options.get::<Option<GroupId>>("group")?.flatten();
    let Some(seller) = seller else {
        let chosen = match chosen {
            Some(chosen) => Some(chosen),
            None => first_group(work).await?,
        };
        return match chosen {
            Some(chosen) if work.know::<Group>(chosen).await?.is_some() => Ok(Some(chosen)),
            _ => Err(Refusal::field(Code::InvalidInput, "group", "Say which group the reseller is in.").into()),
        };
    };
    let own = seller.group.id;
    let allowed = |group: GroupId| match seller.group.user_groups.as_slice() {
        [] => group == own,
        groups => groups.contains(&group),
    };
    let chosen = chosen.or_else(|| Some(own).filter(|own| allowed(*own))).or(seller.group.user_groups.first().copied());
    match chosen {
        Some(chosen) if allowed(chosen) => Ok(Some(chosen)),
        _ => Err(Refusal::field(Code::NotPermitted, "group", "You may not put a reseller into this group.").into()),
    }
}

/// The tenant's first group: the one that a tenant begins with.
async fn first_group(work: &Work) -> Result<Option<GroupId>> {
    let query = Query { limit: 1, ..Query::all(Kind::Group, Scope::Tenant) };
    Ok(work.list(query).await?.rows.first().map(|first| GroupId(first.key().number())))
}

async fn username(work: &mut Work, options: &Options<'_>) -> Result<String> {
    let chosen = match options.text("username")? {
        Some(chosen) => chosen,
        None => work.random_text(GENERATED_NAME),
    };
    name::username(&chosen, 1)?;
    if !work.claim(Unique::Username(chosen.to_lowercase())).await? {
        return Err(Refusal::field(Code::UsernameTaken, "username", "This user name is taken; choose another.").into());
    }
    Ok(chosen)
}
