//! Changes the fields of a line that were sent.

use super::fields::{self, Moment};
use super::purchase::Seller;
use super::{delivery, extend, naming, purchase, sell, view};
use crate::document::Options;
use crate::work::version::at_version;
use crate::{Result, Work, session};
use host_core::bouquet::Bouquet;
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::line::Line;
use host_core::package::Package;
use host_core::refusal::Code;
use host_core::session::Holder;
use host_core::time::Expiry;
use host_core::user::{Role, User};
use host_core::{BouquetId, LineId, PackageId, Refusal, UserId};
use serde_json::{Map, Value};

/// Sets the fields that are there, and returns the line view. With `extend`, a package, another term is sold first. Connections that the line may no longer
/// have end after commit; with another password its sessions end too.
///
/// # Errors
/// `not_found`, `stale`, `username_taken`, `invalid_username`, `invalid_password`, `invalid_input`,
/// `not_permitted` for fields of a higher role and for what the group does not allow.
pub async fn edit(work: &mut Work, id: LineId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let shown: Line = work.get(id).await?;
    let mut options = at_version(options, shown.version)?.into_owned();
    // The term first: the bouquets that may be chosen are those of the new package.
    extend::asked(work, id, &mut options).await?;
    let before: Line = work.get(id).await?;
    let options = Options::checked(&options, &fields::settable(Moment::Edit), work.caller().role())?;
    let seller = purchase::seller(work).await?;
    let line = changed(work, &before, &options, seller.as_ref()).await?;
    if before.admits_otherwise(&line) {
        work.effect(Effect::EndConnections { line: id });
    }
    work.update(&before, line.clone());
    view::document(&line, work).await
}

/// The line with what was sent set; with another password its sessions end.
///
/// # Errors
/// As [`edit`].
pub(crate) async fn changed(
    work: &mut Work,
    before: &Line,
    options: &Options<'_>,
    seller: Option<&Seller>,
) -> Result<Line> {
    let (id, group) = (before.id, seller.map(|seller| &seller.group));
    let mut line = before.clone();
    if let Some(chosen) = options.text("username")?.filter(|chosen| *chosen != before.username) {
        sell::permit(group.is_none_or(|group| group.change_usernames), "username")?;
        line.username = naming::username(work, Some(chosen), group).await?;
    }
    if let Some(chosen) = options.text("password")? {
        let same = view::Reader::of(work).password(before).reveal() == chosen;
        sell::permit(same || group.is_none_or(|group| group.change_passwords), "password")?;
        if !same {
            let password = naming::password(work, Some(chosen), group)?;
            naming::set_password(work, id, &mut line, &password);
            session::end_of(work, Holder::Line(id)).await?;
        }
    }
    delivery::choose(work, &mut line, options).await?;
    sell::choose(&mut line, options)?;
    sell::permit_restrictions(before, &line, group)?;
    if let Some(group) = group {
        if let Some(package) = line.package
            && let Some(package) = work.know::<Package>(package).await?
        {
            sell::keep_bound(&package, before, &line)?;
        }
        reseller_bouquets(work, &mut line, options, group.change_bouquets).await?;
    } else {
        set_admin_fields(work, &mut line, options).await?;
    }
    Ok(line)
}

/// A reseller chooses among the bouquets of the line's package.
async fn reseller_bouquets(work: &mut Work, line: &mut Line, options: &Options<'_>, allowed: bool) -> Result<()> {
    let Some(chosen) = options.get::<Vec<BouquetId>>("bouquets")? else { return Ok(()) };
    if chosen == line.bouquets {
        return Ok(());
    }
    sell::permit(allowed, "bouquets")?;
    let package = match line.package {
        Some(package) => work.know::<Package>(package).await?,
        None => None,
    };
    let offered = package.map_or_else(|| line.bouquets.clone(), |package| package.bouquets);
    line.bouquets = sell::subset(chosen, &offered)?;
    Ok(())
}

/// Sets the fields that only admins may set.
pub(super) async fn set_admin_fields(work: &mut Work, line: &mut Line, options: &Options<'_>) -> Result<()> {
    if let Some(owner) = owner(work, line, options).await?.filter(|owner| *owner != line.owner) {
        if work.know::<User>(owner).await?.is_none() {
            return Err(Refusal::field(Code::InvalidInput, "owner", "There is no user with this id.").into());
        }
        line.owner = owner;
    }
    if let Some(package) = options.get::<Option<PackageId>>("package")? {
        if let Some(package) = package
            && work.know::<Package>(package).await?.is_none()
        {
            return Err(Refusal::field(Code::InvalidPackage, "package", "There is no package with this id.").into());
        }
        line.package = package;
    }
    if let Some(expiry) = options.get::<Option<i64>>("expiry")? {
        let expiry = Expiry::from(expiry);
        if !expiry.is_sayable() {
            let message = "An end is from 1970-01-01 to 9999-12-31; leave it empty for a line without end.";
            return Err(Refusal::field(Code::InvalidDate, "expiry", message).into());
        }
        line.expiry = expiry;
    }
    if let Some(bouquets) = options.get::<Vec<BouquetId>>("bouquets")? {
        line.bouquets = known_bouquets(work, bouquets).await?;
    }
    if let Some(isp) = options.get::<Option<String>>("isp")? {
        line.isp = isp.filter(|isp| !isp.is_empty());
    }
    Ok(())
}

/// Whom the line is to belong to. Nobody is the panel itself: an admin keeps it, the calling one
/// when it was a reseller's.
async fn owner(work: &Work, line: &Line, options: &Options<'_>) -> Result<Option<UserId>> {
    match options.get::<Option<UserId>>("owner")? {
        Some(None) => {
            let is_panels = work.engine().role(work.caller().tenant, line.owner).await? == Some(Role::Admin);
            Ok(if is_panels { None } else { work.caller().user() })
        }
        named => Ok(named.flatten()),
    }
}

async fn known_bouquets(work: &mut Work, chosen: Vec<BouquetId>) -> Result<Vec<BouquetId>> {
    let mut kept = Vec::with_capacity(chosen.len());
    for bouquet in chosen {
        if work.know::<Bouquet>(bouquet).await?.is_none() {
            let message = format!("There is no bouquet {bouquet}.");
            return Err(Refusal::field(Code::InvalidInput, "bouquets", message).into());
        }
        if !kept.contains(&bouquet) {
            kept.push(bouquet);
        }
    }
    Ok(kept)
}
