//! The quota of lines: whoever sells at the same time, no tenant has one line too many.

use crate::panel::{Panel, code, map};
use host_core::PackageId;
use host_core::object::Kind;
use host_core::plan::Database;
use host_engine::{Error, Work, act, line, tenant};
use serde_json::json;

async fn with_quota(lines: u32) -> Panel {
    let panel = Panel::new().await;
    tenant::set(&panel.engine, "test", "demo", &map(json!({ "lines": lines }))).await.unwrap();
    panel
}

async fn lines(panel: &Panel) -> u32 {
    panel.engine.store().count(Database::Tenant(panel.tenant), Kind::Line).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_sales_fill_a_small_quota_and_do_not_exceed_it() {
    let panel = with_quota(5).await;
    // All have read the count before the first one commits.
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(20));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (engine, by, barrier) = (panel.engine.clone(), panel.admin.clone(), barrier.clone());
            let (package, options) = (PackageId(panel.package), map(json!({})));
            tokio::spawn(async move {
                let run = engine.begin(by, "sell");
                let mut is_first = true;
                Ok::<_, Error>(act!(run, |work| {
                    let view = line::sell(work, package, false, &options).await?;
                    if std::mem::take(&mut is_first) {
                        barrier.wait().await;
                    }
                    view
                }))
            })
        })
        .collect();
    let mut sold = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => sold += 1,
            Err(error) => assert!(["quota_exceeded", "conflict"].contains(&error.refusal().unwrap().code.as_str())),
        }
    }
    assert_eq!((sold, lines(&panel).await), (5, 5));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_one_plan_count_too() {
    let panel = with_quota(2).await;
    let three = async |work: &mut Work| {
        for _ in 0..3 {
            line::sell(work, PackageId(panel.package), false, &map(json!({}))).await?;
        }
        Ok(())
    };
    assert_eq!(code(panel.engine.act(panel.admin.clone(), "sell", three).await), "quota_exceeded");
    let two = async |work: &mut Work| {
        for _ in 0..2 {
            line::sell(work, PackageId(panel.package), false, &map(json!({}))).await?;
        }
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "sell", two).await.unwrap();
    assert_eq!(lines(&panel).await, 2);
}
