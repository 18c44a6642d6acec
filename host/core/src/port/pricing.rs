//! What a sale costs whoever sells.

use super::Pending;
use crate::TenantId;
use crate::credit::Credits;
use crate::package::Package;
use crate::user::User;

/// A sale whose price is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// What is sold; it has such an offer.
    pub package: &'a Package,
    /// As a trial.
    pub trial: bool,
}

/// Says what sales cost. All that a request wants to know is asked for at once: whoever answers elsewhere, as a plugin
/// does, is asked once for a list of packages. What is not asked for is a sale by the panel itself, which costs nothing.
pub trait Pricing: Send + Sync + 'static {
    /// The price of each sale for this reseller, in the order in which they are asked for; none is below zero.
    fn prices<'a>(&'a self, tenant: TenantId, seller: &'a User, sales: &'a [Sale<'a>]) -> Pending<'a, Vec<Credits>>;
}

/// List prices: those of the packages, and of a regular sale the reseller's own price where there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListPrices;

impl Pricing for ListPrices {
    fn prices<'a>(&'a self, _tenant: TenantId, seller: &'a User, sales: &'a [Sale<'a>]) -> Pending<'a, Vec<Credits>> {
        let price = |sale: &Sale<'_>| {
            let own = seller.package_prices.get(&sale.package.id).filter(|_| !sale.trial).copied();
            own.or_else(|| sale.package.offer(sale.trial).map(|offer| offer.price)).unwrap_or(Credits::ZERO)
        };
        Pending::ready(Ok(sales.iter().map(price).collect()))
    }
}
