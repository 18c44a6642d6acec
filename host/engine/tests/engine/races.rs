//! Purchases at the same time, with credits for one of them. `LINECARD_ROUNDS=500` takes five hundred rounds.

use crate::panel::{Panel, code, map};
use host_core::PackageId;
use host_engine::{Error, Work, act, line};
use serde_json::{Map, json};
use std::sync::Arc;
use tokio::sync::Barrier;

/// Rounds of every run, unless `LINECARD_ROUNDS` says how many.
const ROUNDS: usize = 20;
/// Purchases of a round.
const PURCHASES: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_parallel_purchases_with_credits_for_one_exactly_one_succeeds() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    panel.give(seller, "-100").await;
    let rounds = std::env::var("LINECARD_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |text| text.parse().expect("LINECARD_ROUNDS is a number"));
    for round in 1..=rounds {
        panel.give(seller, crate::panel::PRICE).await;
        let barrier = Arc::new(Barrier::new(PURCHASES));
        let purchases: Vec<_> = (0..PURCHASES)
            .map(|_| {
                let (engine, by, barrier) = (panel.engine.clone(), panel.reseller.clone(), barrier.clone());
                let package = PackageId(panel.package);
                tokio::spawn(async move {
                    barrier.wait().await;
                    let run = engine.begin(by, "sell");
                    Ok::<_, Error>(act!(run, |work| line::sell(work, package, false, &Map::new()).await?))
                })
            })
            .collect();
        let mut sold = 0;
        for purchase in purchases {
            match purchase.await.unwrap() {
                Ok(_) => sold += 1,
                // Who lost three races is told to come back, and has bought nothing.
                refused => assert!(["insufficient_credits", "conflict"].contains(&code(refused).as_str())),
            }
        }
        assert_eq!((sold, panel.balance(seller).await.as_str()), (1, "0.00"), "round {round}");
    }
    let list = async |work: &mut Work| Ok(line::list(work, &map(json!({ "limit": 1 }))).await?.total);
    let lines = panel.engine.act(panel.admin.clone(), "list", list).await.unwrap();
    assert_eq!(lines, Some(rounds as u64));
    panel.verify().await;
}
