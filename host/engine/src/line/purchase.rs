//! What a sale is decided from: who sells, what the package offers, whether the quota and the
//! balance cover it.

use crate::{Error, Result, Work};
use host_core::credit::Credits;
use host_core::group::Group;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::line::{DeliveryType, Line};
use host_core::object::{Key, Kind};
use host_core::package::{Offer, Package};
use host_core::plan::{Change, Guard};
use host_core::port::Sale;
use host_core::refusal::Code;
use host_core::user::{MAX_DEPTH, Role, User};
use host_core::{PackageId, Refusal, TransferId, UserId};

/// A reseller who sells, with their rights. Admins and the host sell without paying.
pub(crate) struct Seller {
    pub(crate) user: User,
    pub(crate) group: Group,
}

/// The calling reseller; none for admins and the host.
pub(crate) async fn seller(work: &mut Work) -> Result<Option<Seller>> {
    work.require(host_core::caller::CallerRole::Reseller)?;
    let Some(id) = work.caller().user() else { return Ok(None) };
    let user: User = work.know(id).await?.ok_or_else(|| Refusal::not_found("user"))?;
    if user.role == Role::Admin {
        return Ok(None);
    }
    let group = match user.group {
        Some(group) => work.know::<Group>(group).await?,
        None => None,
    };
    match group {
        Some(group) => Ok(Some(Seller { user, group })),
        None => Err(Refusal::new(Code::NotPermitted, "This reseller has no group; ask an admin to give one.").into()),
    }
}

/// The package and its offer, when the seller may sell it.
pub(super) async fn offered(
    work: &mut Work,
    seller: Option<&Seller>,
    id: PackageId,
    trial: bool,
    (delivery, not_for_it): (DeliveryType, Code),
) -> Result<(Package, Offer)> {
    let refuse = |code, message: &'static str| Refusal::field(code, "package", message);
    let package: Option<Package> = work.know(id).await?;
    let sold = |package: &Package| seller.is_none_or(|seller| package.groups.contains(&seller.group.id));
    let Some(package) = package.filter(sold) else {
        return Err(refuse(Code::InvalidPackage, "There is no such package for this caller.").into());
    };
    if !package.is_for(delivery) {
        let message = match delivery {
            DeliveryType::Line => "This package is not sold as a line.",
            DeliveryType::Code => "This package is not sold by codes.",
            DeliveryType::Mag => "This package is not sold for MAG boxes.",
            DeliveryType::Enigma => "This package is not sold for Enigma2 receivers.",
        };
        return Err(refuse(not_for_it, message).into());
    }
    let Some(offer) = package.offer(trial) else {
        let message = if trial { "This package cannot be tried." } else { "This package is only for trials." };
        return Err(refuse(Code::InvalidPackage, message).into());
    };
    Ok((package, offer))
}

/// What sales cost the seller, in their order.
///
/// # Errors
/// When whoever says so fails, or says something else than a price for each.
pub(crate) async fn prices(work: &Work, seller: &Seller, sales: &[Sale<'_>]) -> Result<Vec<Credits>> {
    let prices = work.engine().pricing().prices(work.caller().tenant, &seller.user, sales).await?;
    if prices.len() != sales.len() || prices.iter().any(|price| price.is_negative()) {
        return Err(Error::Invalid(format!("{} sales got the prices {prices:?}", sales.len())));
    }
    Ok(prices)
}

/// Checks the quotas, uses up a trial, and moves the price from the seller to the panel.
pub(super) async fn charge(
    work: &mut Work,
    seller: Option<&Seller>,
    package: &Package,
    offer: Offer,
    trial: bool,
    object: Key,
) -> Result<()> {
    let Some(selling) = seller else { return Ok(()) };
    let price = prices(work, selling, &[Sale { package, trial }]).await?[0];
    charge_price(work, selling, package, (offer, trial), price, object).await
}

/// Likewise, at a price that is known.
pub(super) async fn charge_price(
    work: &mut Work,
    seller: &Seller,
    package: &Package,
    (offer, trial): (Offer, bool),
    price: Credits,
    object: Key,
) -> Result<()> {
    if trial {
        use_trial(work, seller, offer).await?;
    }
    pay(work, &seller.user, price, Reason::Purchase, object, package.name.clone()).await
}

/// What a number of the same sales cost, one by one; none for who does not pay. All together have to be covered.
pub(super) async fn prices_of(
    work: &mut Work,
    seller: Option<&Seller>,
    package: &Package,
    trial: bool,
    quantity: usize,
) -> Result<Option<Vec<Credits>>> {
    let Some(seller) = seller else { return Ok(None) };
    let prices = prices(work, seller, &vec![Sale { package, trial }; quantity]).await?;
    if quantity > 1 {
        let sum = prices.iter().try_fold(Credits::ZERO, |sum, price| sum.checked_add(*price));
        let account = Account::User(seller.user.id);
        let balance = work.balance(account).await?;
        let Some(sum) = sum.filter(|sum| balance >= *sum) else {
            let message = format!("{quantity} of these cost more than the balance.");
            return Err(Refusal::new(Code::InsufficientCredits, message).into());
        };
        work.guard(Guard::Covers(account, sum));
    }
    Ok(Some(prices))
}

/// Moves a price from a user to the panel; their balance has to cover it.
pub(crate) async fn pay(
    work: &mut Work,
    user: &User,
    price: Credits,
    reason: Reason,
    object: Key,
    note: String,
) -> Result<()> {
    let account = Account::User(user.id);
    if price == Credits::ZERO {
        return Ok(());
    }
    if work.balance(account).await? < price {
        let message = format!("This costs {price} credits, which is more than the balance.");
        return Err(Refusal::new(Code::InsufficientCredits, message).into());
    }
    let (actor, at) = (work.caller().user(), work.now());
    work.guard(Guard::Covers(account, price));
    work.transfer(Transfer {
        id: TransferId(0),
        from: account,
        to: Account::System,
        amount: price,
        reverses: None,
        reason,
        object: Some(object),
        actor,
        note,
        at,
    });
    Ok(())
}

/// Uses one trial of the seller, and one of every reseller above: whoever creates resellers must
/// not win trials by it.
async fn use_trial(work: &mut Work, seller: &Seller, offer: Offer) -> Result<()> {
    let user = seller.user.id;
    let mut above = seller.user.parent;
    take_trial(work, user, Some(&seller.group)).await?;
    for _ in 0..MAX_DEPTH {
        let Some(id) = above else { break };
        let Some(reseller) = work.know::<User>(id).await?.filter(|user| user.role == Role::Reseller) else { break };
        let group = match reseller.group {
            Some(group) => work.know::<Group>(group).await?,
            None => None,
        };
        take_trial(work, id, group.as_ref()).await?;
        above = reseller.parent;
    }
    let least = seller.group.trial_balance.max(offer.price);
    if work.balance(Account::User(user)).await? < least {
        let message = format!("Trials need a balance of {least} credits.");
        return Err(Refusal::new(Code::InsufficientCredits, message).into());
    }
    if least > Credits::ZERO {
        work.guard(Guard::Covers(Account::User(user), least));
    }
    Ok(())
}

/// Uses one trial of a user; their quota has to have one beside those that the plan uses already.
async fn take_trial(work: &mut Work, user: UserId, group: Option<&Group>) -> Result<()> {
    if let Some(quota) = group.map(|group| group.trials) {
        // As far back as the window reaches forward from now.
        let window = quota.window.after(work.now()).0 - work.now().0;
        let since = work.now().plus(-window);
        let is_own = |change: &&Change| matches!(change, Change::UseTrial(of, _) if *of == user);
        let own = work.plan.changes.iter().filter(is_own).count();
        let below = quota.count.saturating_sub(u32::try_from(own).unwrap_or(u32::MAX));
        if work.engine().store().trials(work.caller().tenant, user, since).await? >= below {
            return Err(no_trials(work, user, quota.count).into());
        }
        work.guard(Guard::TrialsBelow { user, since, below });
    }
    let at = work.now();
    work.change(Change::UseTrial(user, at));
    Ok(())
}

fn no_trials(work: &Work, user: UserId, count: u32) -> Refusal {
    let whose = if work.caller().user() == Some(user) { "At most" } else { "The reseller above has at most" };
    let message =
        format!("{whose} {count} trials in this span, those of resellers below included; sell a regular package.");
    Refusal::new(Code::NoTrials, message)
}

/// The tenant's quota of lines: one more must fit beside the plan's own. Always guarded, because
/// any number of plans may have read the same count.
pub(super) async fn line_quota(work: &mut Work) -> Result<()> {
    let quota = work.engine().quotas(work.caller().tenant).await?.lines;
    let own = u32::try_from(work.overlay.added(Kind::Line)).unwrap_or(u32::MAX);
    let below = quota.saturating_sub(own);
    if work.engine().store().count(work.database(), Kind::Line).await? >= below {
        let message = format!("This panel may have {quota} lines; delete some or ask for more.");
        return Err(Refusal::new(Code::QuotaExceeded, message).into());
    }
    work.guard(Guard::CountBelow(Kind::Line, below));
    Ok(())
}

/// Gives a line what its package is made of.
pub(super) fn apply(line: &mut Line, package: &Package) {
    line.package = Some(package.id);
    line.max_connections = package.max_connections;
    line.allowed_outputs.clone_from(&package.outputs);
    line.bouquets.clone_from(&package.bouquets);
    line.restreamer = package.restreamer;
    line.isp_lock = package.isp_lock;
    line.country.clone_from(&package.country);
}
