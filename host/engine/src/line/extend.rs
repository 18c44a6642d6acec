//! Sells another term of a package to a line.

use super::{purchase, view};
use crate::{Error, Result, Work};
use host_core::event::Effect;
use host_core::line::{Line, NotExtended};
use host_core::object::Key;
use host_core::package::Package;
use host_core::refusal::Code;
use host_core::{LineId, PackageId, Refusal};
use serde::Deserialize;
use serde_json::{Map, Value};

/// An edit's option: the package of which another term is sold first.
pub(super) const EXTEND: &str = "extend";
/// An edit's option: whether that is to be a trial. It is none.
pub(super) const AS_TRIAL: &str = "extend_as_trial";

/// Takes out of an edit's options what extends the line, and does it.
pub(super) async fn asked(work: &mut Work, id: LineId, options: &mut Map<String, Value>) -> Result<()> {
    let (package, as_trial) = (options.remove(EXTEND), options.remove(AS_TRIAL));
    if as_trial == Some(Value::Bool(true)) {
        return Err(tried_already(AS_TRIAL).into());
    }
    let Some(package) = package.filter(|package| !package.is_null()) else { return Ok(()) };
    let package = PackageId::deserialize(&package)
        .map_err(|_| Refusal::field(Code::InvalidPackage, EXTEND, "The package is named by its id."))?;
    match extend(work, id, package, false).await {
        Err(Error::Refusal(refusal)) if refusal.code == Code::InvalidPackage => {
            let seller = purchase::seller(work).await?;
            let package: Option<Package> = work.know(package).await?;
            let is_sold =
                |package: &Package| seller.as_ref().is_none_or(|seller| package.groups.contains(&seller.group.id));
            let is_only_for_trials =
                |package: &Package| package.offer(false).is_none() && package.offer(true).is_some();
            match package.filter(|package| is_sold(package) && is_only_for_trials(package)) {
                Some(_) => Err(tried_already(EXTEND).into()),
                None => Err(Refusal { field: Some(EXTEND.into()), ..refusal }.into()),
            }
        }
        Err(Error::Refusal(refusal)) => Err(Refusal { field: refusal.field.map(|_| EXTEND.into()), ..refusal }.into()),
        extended => extended.map(drop),
    }
}

fn tried_already(field: &'static str) -> Refusal {
    Refusal::field(Code::NoTrials, field, "A line is tried once, when it is created; extend it by a regular package.")
}

/// Charges the caller and extends the line from the later of now and its end. Another package
/// than before also gives the line its bouquets, seats and outputs. Returns the line view.
///
/// # Errors
/// `not_found`, `invalid_package`, `invalid_type` for a package that is not for what it is delivered to and for a line
/// that cannot be extended (it has no end, or would end after the year 9999), `no_trials`, `insufficient_credits`, `not_permitted`.
pub async fn extend(work: &mut Work, id: LineId, package: PackageId, trial: bool) -> Result<Value> {
    let seller = purchase::seller(work).await?;
    let before: Line = work.get(id).await?;
    let sold_for = (before.delivery, Code::InvalidType);
    let (package, offer) = purchase::offered(work, seller.as_ref(), package, trial, sold_for).await?;
    // Before anybody is charged: no price without a term.
    let mut line = before.clone();
    if before.is_in_stock() {
        line.terms.push(offer.term);
    } else {
        line.expiry = before.extended(offer.term, work.now()).map_err(refused)?;
    }
    purchase::charge(work, seller.as_ref(), &package, offer, trial, Key::Line(id)).await?;
    if before.package != Some(package.id) {
        purchase::apply(&mut line, &package);
    }
    line.trial = trial;
    if before.admits_otherwise(&line) && work.connections(id).await? > 0 {
        work.effect(Effect::EndConnections { line: id });
    }
    work.update(&before, line.clone());
    view::document(&line, work).await
}

fn refused(reason: NotExtended) -> Refusal {
    let message = match reason {
        NotExtended::Endless => "This line has no end: there is no term to sell. Leave the package out.",
        NotExtended::TooLong => "This line would end after the year 9999; leave the package out or take a shorter one.",
    };
    Refusal::field(Code::InvalidType, "package", message)
}
