//! Sells a new line under a package: one plan charges the caller and creates the line.

use super::fields::{self, Moment};
use super::purchase::Seller;
use super::{delivery, naming, purchase, view};
use crate::document::Options;
use crate::{Result, Work};
use host_core::credit::Credits;
use host_core::group::Group;
use host_core::line::{DeliveryType, Line};
use host_core::object::{Key, Kind};
use host_core::package::{Offer, Package};
use host_core::refusal::Code;
use host_core::time::Expiry;
use host_core::{BouquetId, LineId, PackageId, Refusal, UserId};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Most codes of one sale: all of them are one plan, within the time of an ordinary call.
const MOST_CODES: usize = 200;

/// Sells a line as `options` say, which besides those of [`sell`] have `{"package","trial"}`, and of codes `{"quantity",
/// "length"}`: several codes that are sold together are a batch, and `codes` of the answer, which shows the first of them,
/// has them all.
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
    let quantity = number(&mut options, "quantity", 1..=MOST_CODES, 1)?;
    let length = number(&mut options, "length", 5..=30, delivery::GENERATED)?;
    let sale = Sale::agreed(work, package, trial, &options).await?;
    if quantity > 1 && (sale.delivery != DeliveryType::Code || sale.options.has("code")) {
        let message = "Only codes that are generated are sold several at a time.";
        return Err(Refusal::field(Code::InvalidInput, "quantity", message).into());
    }
    let prices = purchase::prices_of(work, sale.seller.as_ref(), &sale.package, trial, quantity).await?;
    let mut made: Vec<Line> = Vec::with_capacity(quantity);
    for place in 0..quantity {
        let (id, price) = (LineId(work.next_id(Kind::Line).await?), prices.as_ref().map(|prices| prices[place]));
        let first = made.first().map_or(id, |first| first.id);
        made.push(sale.make(work, id, length, price, (quantity > 1).then_some(first)).await?);
    }
    let Some(first) = made.first() else { return Ok(Value::Null) };
    let mut shown = view::document(first, work).await?;
    if sale.delivery == DeliveryType::Code {
        shown["codes"] = made.iter().map(|line| Value::from(line.code.clone())).collect();
    }
    Ok(shown)
}

/// A number among the options, taken out of them.
fn number(
    options: &mut Map<String, Value>,
    name: &'static str,
    allowed: RangeInclusive<usize>,
    usual: usize,
) -> Result<usize> {
    let sent = match options.remove(name) {
        None | Some(Value::Null) => return Ok(usual),
        Some(sent) => sent.as_u64().and_then(|sent| usize::try_from(sent).ok()),
    };
    match sent.filter(|sent| allowed.contains(sent)) {
        Some(sent) => Ok(sent),
        None => {
            let message = format!("{} to {}.", allowed.start(), allowed.end());
            Err(Refusal::field(Code::InvalidInput, name, message).into())
        }
    }
}

/// Sells a line, and returns its view. `options` name what it is delivered to (`delivery`), a box's `mac` or a `code`, and
/// what of its fields a sale may choose.
///
/// # Errors
/// `invalid_package`, `no_trials`, `insufficient_credits`, `username_taken`, `invalid_username`,
/// `invalid_password`, `not_permitted` for what the group does not allow, `quota_exceeded`.
pub async fn sell(work: &mut Work, package: PackageId, trial: bool, options: &Map<String, Value>) -> Result<Value> {
    let mut options = options.clone();
    options.insert("package".to_owned(), package.0.into());
    options.insert("trial".to_owned(), trial.into());
    sell_as_asked(work, &options).await
}

/// What is sold, to whom and by whom.
struct Sale<'a> {
    seller: Option<Seller>,
    owner: UserId,
    package: Package,
    offer: Offer,
    trial: bool,
    delivery: DeliveryType,
    options: Options<'a>,
}

impl<'a> Sale<'a> {
    /// A sale that may be made.
    async fn agreed(
        work: &mut Work,
        package: PackageId,
        trial: bool,
        options: &'a Map<String, Value>,
    ) -> Result<Sale<'a>> {
        let options = Options::checked(options, &fields::settable(Moment::Sale), work.caller().role())?;
        let seller = purchase::seller(work).await?;
        let Some(owner) = work.caller().user() else {
            return Err(Refusal::new(Code::NotPermitted, "The host owns no lines; create the line for a user.").into());
        };
        let delivery = options.get::<DeliveryType>("delivery")?.unwrap_or_default();
        let sold_for = (delivery, Code::InvalidPackage);
        let (package, offer) = purchase::offered(work, seller.as_ref(), package, trial, sold_for).await?;
        if let Some(group) = seller.as_ref().map(|seller| &seller.group) {
            permit(options.text("username")?.is_none() || group.change_usernames, "username")?;
            permit(options.text("password")?.is_none() || group.change_passwords, "password")?;
            permit(!options.has("bouquets") || group.change_bouquets, "bouquets")?;
        }
        Ok(Sale { seller, owner, package, offer, trial, delivery, options })
    }

    /// Makes one line of it, which is paid for by that.
    async fn make(
        &self,
        work: &mut Work,
        id: LineId,
        length: usize,
        price: Option<Credits>,
        batch: Option<LineId>,
    ) -> Result<Line> {
        let (options, package) = (&self.options, &self.package);
        let group = self.seller.as_ref().map(|seller| &seller.group);
        purchase::line_quota(work).await?;
        let username = naming::username(work, options.text("username")?, group).await?;
        let password = naming::password(work, options.text("password")?, group)?;
        let mut line = Line { batch, ..Line::blank(id, self.owner, username, work.now()) };
        purchase::apply(&mut line, package);
        line.trial = self.trial;
        delivery::begin(work, &mut line, self.delivery, options, length).await?;
        match self.delivery {
            // It begins when the code is redeemed.
            DeliveryType::Code => line.terms.push(self.offer.term),
            _ => line.expiry = Expiry::At(self.offer.term.after(work.now())),
        }
        naming::set_password(work, id, &mut line, &password);
        let plain = line.clone();
        choose(&mut line, options)?;
        permit_restrictions(&plain, &line, group)?;
        if group.is_some() {
            keep_bound(package, &plain, &line)?;
        }
        if let Some(chosen) = options.get::<Vec<BouquetId>>("bouquets")? {
            line.bouquets = subset(chosen, &package.bouquets)?;
        }
        if let (Some(seller), Some(price)) = (&self.seller, price) {
            let offer = (self.offer, self.trial);
            purchase::charge_price(work, seller, package, offer, price, Key::Line(id)).await?;
        }
        work.insert(line.clone());
        Ok(line)
    }
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
