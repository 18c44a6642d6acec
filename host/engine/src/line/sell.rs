//! Sells a new line under a package: one plan charges the caller and creates the line.

use super::fields::{self, Moment};
use super::{delivery, naming, purchase, view};
use crate::document::Options;
use crate::{Result, Work};
use host_core::group::Group;
use host_core::line::{DeliveryType, Line};
use host_core::object::{Key, Kind};
use host_core::package::Package;
use host_core::refusal::Code;
use host_core::time::Expiry;
use host_core::{BouquetId, LineId, PackageId, Refusal};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Sells a line as `options` say, which besides those of [`sell`] have `{"package","trial"}`.
///
/// # Errors
/// As [`sell`]; `invalid_package` without a package.
pub async fn sell_as_asked(work: &mut Work, options: &Map<String, Value>) -> Result<Value> {
    let mut options = options.clone();
    let package = options.remove("package").and_then(|package| PackageId::deserialize(&package).ok());
    let Some(package) = package else {
        return Err(Refusal::field(Code::InvalidPackage, "package", "Say which package, by its id.").into());
    };
    let trial = match options.remove("trial") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(trial)) => trial,
        Some(_) => return Err(Refusal::field(Code::InvalidInput, "trial", "trial is true or false.").into()),
    };
    sell(work, package, trial, &options).await
}

/// Sells a line, and returns its view. `options` name what it is delivered to (`delivery`), a box's `mac` or a `code`, and
/// what of its fields a sale may choose.
///
/// # Errors
/// `invalid_package`, `no_trials`, `insufficient_credits`, `username_taken`, `invalid_username`,
/// `invalid_password`, `not_permitted` for what the group does not allow, `quota_exceeded`.
pub async fn sell(work: &mut Work, package: PackageId, trial: bool, options: &Map<String, Value>) -> Result<Value> {
    let options = Options::checked(options, &fields::settable(Moment::Sale), work.caller().role())?;
    let seller = purchase::seller(work).await?;
    let group = seller.as_ref().map(|seller| &seller.group);
    let Some(owner) = work.caller().user() else {
        return Err(Refusal::new(Code::NotPermitted, "The host owns no lines; create the line for a user.").into());
    };
    let delivery = options.get::<DeliveryType>("delivery")?.unwrap_or_default();
    let sold_for = (delivery, Code::InvalidPackage);
    let (package, offer) = purchase::offered(work, seller.as_ref(), package, trial, sold_for).await?;
    purchase::line_quota(work).await?;
    let (chosen_name, chosen_password) = (options.text("username")?, options.text("password")?);
    if let Some(group) = group {
        permit(chosen_name.is_none() || group.change_usernames, "username")?;
        permit(chosen_password.is_none() || group.change_passwords, "password")?;
        permit(!options.has("bouquets") || group.change_bouquets, "bouquets")?;
    }
    let username = naming::username(work, chosen_name, group).await?;
    let password = naming::password(work, chosen_password, group)?;
    let id = LineId(work.next_id(Kind::Line).await?);
    let mut line = Line::blank(id, owner, username, work.now());
    purchase::apply(&mut line, &package);
    line.trial = trial;
    delivery::begin(work, &mut line, delivery, &options).await?;
    match delivery {
        // It begins when the code is redeemed.
        DeliveryType::Code => line.terms.push(offer.term),
        _ => line.expiry = Expiry::At(offer.term.after(work.now())),
    }
    naming::set_password(work, id, &mut line, &password);
    let plain = line.clone();
    choose(&mut line, &options)?;
    permit_restrictions(&plain, &line, group)?;
    if group.is_some() {
        keep_bound(&package, &plain, &line)?;
    }
    if let Some(chosen) = options.get::<Vec<BouquetId>>("bouquets")? {
        line.bouquets = subset(chosen, &package.bouquets)?;
    }
    purchase::charge(work, seller.as_ref(), &package, offer, trial, Key::Line(id)).await?;
    work.insert(line.clone());
    view::document(&line, work).await
}

/// Refuses a change of what a line is bound to, for resellers whose group may not bind lines.
pub(super) fn permit_restrictions(before: &Line, after: &Line, group: Option<&Group>) -> Result<()> {
    let allowed = group.is_none_or(|group| group.restrict_lines);
    permit(allowed || after.allowed_addresses == before.allowed_addresses, "allowed_addresses")?;
    permit(allowed || after.allowed_agents == before.allowed_agents, "allowed_agents")?;
    permit(allowed || after.country == before.country, "country")
}

/// Refuses a reseller who would lift what the package binds its lines to.
pub(super) fn keep_bound(package: &Package, before: &Line, after: &Line) -> Result<()> {
    let Some(field) = package.unbound(before, after) else { return Ok(()) };
    let message = format!("The package binds its lines by {field}; that is not lifted. Leave {field} out.");
    Err(Refusal::field(Code::NotPermitted, field, message).into())
}

/// Sets what the options choose, of the fields that a reseller may choose.
pub(super) fn choose(line: &mut Line, options: &Options<'_>) -> Result<()> {
    fields::set(line, options)?;
    if let Some(lock) = options.get("isp_lock")? {
        line.isp_lock = lock;
        if !lock {
            line.isp = None;
        }
    }
    if let Some(agents) = options.get::<Vec<String>>("allowed_agents")? {
        line.allowed_agents = agents.into_iter().filter(|agent| !agent.trim().is_empty()).collect();
    }
    if options.has("country") {
        line.country = country(options)?;
    }
    Ok(())
}

fn country(options: &Options<'_>) -> Result<Option<String>> {
    let Some(country) = options.text("country")? else { return Ok(None) };
    if country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(Some(country.to_ascii_uppercase()));
    }
    Err(Refusal::field(Code::InvalidInput, "country", "A country is its two letters, as AT.").into())
}

/// The chosen bouquets, each once, when the package has all of them.
pub(super) fn subset(chosen: Vec<BouquetId>, offered: &[BouquetId]) -> Result<Vec<BouquetId>> {
    let mut kept = Vec::with_capacity(chosen.len());
    for bouquet in chosen {
        if !offered.contains(&bouquet) {
            let message = format!("Bouquet {bouquet} is not part of the package.");
            return Err(Refusal::field(Code::InvalidInput, "bouquets", message).into());
        }
        if !kept.contains(&bouquet) {
            kept.push(bouquet);
        }
    }
    Ok(kept)
}

/// Refuses what the caller's group does not allow.
pub(super) fn permit(allowed: bool, field: &'static str) -> Result<()> {
    if allowed {
        return Ok(());
    }
    let message = format!("This group may not choose {field}.");
    Err(Refusal::field(Code::NotPermitted, field, message).into())
}
