//! What verbs choose for a user: the name, the group, the prices of packages.

use crate::document::Options;
use crate::line::purchase::Seller;
use crate::{Result, Work};
use host_core::caller::Scope;
use host_core::credit::Credits;
use host_core::group::Group;
use host_core::object::Kind;
use host_core::package::Package;
use host_core::port::Query;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{GroupId, PackageId, Refusal, name};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const GENERATED_NAME: usize = 12;

/// A free user name: the chosen one, or a generated one.
pub(super) async fn username(work: &mut Work, chosen: Option<String>) -> Result<String> {
    let chosen = match chosen {
        Some(chosen) => chosen,
        None => work.random_text(GENERATED_NAME),
    };
    name::username(&chosen, 1)?;
    if !work.claim(Unique::Username(chosen.to_lowercase())).await? {
        return Err(Refusal::field(Code::UsernameTaken, "username", "This user name is taken; choose another.").into());
    }
    Ok(chosen)
}

/// The group that is asked for, or else the usual one: a reseller gives one that their group may give, else their own;
/// an admin any, else the tenant's first. To a reseller another group is like none.
pub(super) async fn group(work: &mut Work, seller: Option<&Seller>, chosen: Option<GroupId>) -> Result<GroupId> {
    let Some(seller) = seller else {
        let chosen = match chosen {
            Some(chosen) => Some(chosen),
            None => first_group(work).await?,
        };
        return match chosen {
            Some(chosen) if work.know::<Group>(chosen).await?.is_some() => Ok(chosen),
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
        Some(chosen) if allowed(chosen) => Ok(chosen),
        _ => Err(Refusal::field(Code::InvalidInput, "group", "You may not put a reseller into this group.").into()),
    }
}

/// The tenant's first group: the one that a tenant begins with.
async fn first_group(work: &Work) -> Result<Option<GroupId>> {
    let query = Query { limit: 1, ..Query::all(Kind::Group, Scope::Tenant) };
    Ok(work.list(query).await?.rows.first().map(|first| GroupId(first.key().number())))
}

/// The prices that are sent, `{package: price}`; none when none are.
pub(super) async fn prices(work: &mut Work, options: &Options<'_>) -> Result<Option<BTreeMap<PackageId, Credits>>> {
    let Some(sent) = options.get::<Map<String, Value>>("package_prices")? else { return Ok(None) };
    let refuse = |message: String| Refusal::field(Code::InvalidInput, "package_prices", message);
    let mut prices = BTreeMap::new();
    for (package, price) in &sent {
        let id = package.parse().map(PackageId).map_err(|_| refuse(format!("{package} is no id of a package.")))?;
        if work.know::<Package>(id).await?.is_none() {
            return Err(refuse(format!("There is no package {package}.")).into());
        }
        let price = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
        let price: Credits =
            price.parse().map_err(|error| refuse(format!("The price of package {package}: {error}.")))?;
        if price.is_negative() {
            return Err(refuse(format!("The price of package {package} is below zero.")).into());
        }
        prices.insert(id, price);
    }
    Ok(Some(prices))
}
