//! Prices that are asked for elsewhere: once for a list, and what is shown is what is charged.

use crate::panel::{Panel, map};
use host_core::credit::Credits;
use host_core::port::{Pending, Pricing, Sale};
use host_core::user::User;
use host_core::{PackageId, TenantId};
use host_engine::{Error, Work, line, package};
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;

/// Asks the same for everything, and keeps how many prices were asked for each time.
struct Flat {
    prices: usize,
    asked: Mutex<Vec<usize>>,
}

impl Pricing for Flat {
    fn prices<'a>(&'a self, _: TenantId, seller: &'a User, sales: &'a [Sale<'a>]) -> Pending<'a, Vec<Credits>> {
        self.asked.lock().push(sales.len());
        assert_eq!(seller.username, "seller");
        Pending::later(async move { Ok(vec!["3.50".parse().unwrap(); sales.len() * self.prices]) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_shows_is_what_a_sale_costs_and_a_list_asks_once() {
    let panel = Panel::new().await;
    let pricing = Arc::new(Flat { prices: 1, asked: Mutex::default() });
    let engine = panel.restarted_at(pricing.clone());
    let list = async |work: &mut Work| package::list(work).await;
    let shown = engine.act(panel.reseller.clone(), "list", list).await.unwrap();
    assert_eq!((&shown[0]["price"], &shown[0]["trial_price"]), (&json!("3.50"), &json!("3.50")), "{shown}");
    let (package, options) = (PackageId(panel.package), map(json!({})));
    let sell = async |work: &mut Work| line::sell(work, package, false, &options).await;
    engine.act(panel.reseller.clone(), "sell", sell).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "96.50");
    // An admin pays nothing, and sees the list prices.
    let shown = engine.act(panel.admin.clone(), "list", list).await.unwrap();
    assert_eq!(shown[0]["price"], crate::panel::PRICE);
    engine.act(panel.admin.clone(), "sell", sell).await.unwrap();
    assert_eq!(*pricing.asked.lock(), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_is_missing_sells_nothing() {
    let panel = Panel::new().await;
    let engine = panel.restarted_at(Arc::new(Flat { prices: 0, asked: Mutex::default() }));
    let (package, options) = (PackageId(panel.package), map(json!({})));
    let sell = async |work: &mut Work| line::sell(work, package, false, &options).await;
    let outcome = engine.act(panel.reseller.clone(), "sell", sell).await;
    assert!(matches!(outcome, Err(Error::Invalid(_))), "{outcome:?}");
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
}
