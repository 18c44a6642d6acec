//! Sells another term of a package to a line.

use super::{purchase, view};
use crate::{Result, Work};
use host_core::event::Effect;
use host_core::line::{Line, NotExtended};
use host_core::object::Key;
use host_core::refusal::Code;
use host_core::{LineId, PackageId, Refusal};
use serde_json::Value;

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
    let expiry = before.extended(offer.term, work.now()).map_err(refused)?;
    purchase::charge(work, seller.as_ref(), &package, offer, trial, Key::Line(id)).await?;
    let mut line = before.clone();
    if before.package != Some(package.id) {
        purchase::apply(&mut line, &package);
    }
    line.trial = trial;
    line.expiry = expiry;
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
