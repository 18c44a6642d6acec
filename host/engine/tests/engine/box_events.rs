//! Events for boxes: whose log they stand in, how long, and who may queue them.

use crate::panel::{Panel, code, map};
use host_core::caller::{Caller, Scope};
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::port::Query;
use host_core::{LineId, PackageId};
use host_engine::{Work, box_event, line, log, record};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

async fn sold(panel: &Panel, mac: &str) -> LineId {
    let (package, options) = (PackageId(panel.package), map(json!({ "delivery": "mag", "mac": mac })));
    let verb = async |work: &mut Work| line::sell(work, package, false, &options).await;
    let made = panel.engine.act(panel.reseller.clone(), "sell", verb).await.unwrap();
    LineId(u32::try_from(made["id"].as_u64().unwrap()).unwrap())
}

async fn queue(panel: &Panel, by: &Caller, line: LineId, event: &str) -> host_engine::Result<Value> {
    let options = map(json!({ "event": event }));
    let verb = async |work: &mut Work| box_event::queue(work, line, &options).await;
    panel.engine.act(by.clone(), "send", verb).await
}

/// The events in the log of a caller, the newest first.
async fn told(panel: &Panel, by: &Caller) -> Vec<Value> {
    let verb = async |work: &mut Work| log::box_events(work, &map(json!({}))).await;
    let page = panel.engine.act(by.clone(), "read", verb).await.unwrap();
    page["rows"].as_array().unwrap().iter().map(|row| row["event"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn old_events_are_not_read_and_go_with_new_ones() {
    let panel = Panel::new().await;
    let line = sold(&panel, "00:1A:79:00:00:01").await;
    let keep = map(json!({ "box_event_days": 1 }));
    let edit = async |work: &mut Work| record::edit(work, "settings", 1, &keep).await;
    panel.engine.act(panel.admin.clone(), "test", edit).await.unwrap();
    for event in ["reboot", "cut_off"] {
        queue(&panel, &panel.admin, line, event).await.unwrap();
    }
    assert_eq!(told(&panel, &panel.admin).await, ["cut_off", "reboot"]);
    panel.clock.pass(2 * DAY);
    assert_eq!(told(&panel, &panel.admin).await, [Value::Null; 0]);
    queue(&panel, &panel.admin, line, "cut_on").await.unwrap();
    assert_eq!(told(&panel, &panel.admin).await, ["cut_on"]);
    let all = Query::all(Kind::BoxEvent, Scope::Tenant);
    let kept = panel.engine.store().list(Database::Tenant(panel.tenant), all).await.unwrap();
    assert_eq!(kept.rows.len(), 1, "the others went with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_tells_the_boxes_of_the_tree_and_sees_what_they_were_told() {
    let panel = Panel::new().await;
    let line = sold(&panel, "00:1A:79:00:00:01").await;
    queue(&panel, &panel.reseller, line, "reboot").await.unwrap();
    assert_eq!(code(queue(&panel, &panel.reseller, line, "explode").await), "invalid_input");
    let options = map(json!({ "delivery": "mag", "mac": "00:1A:79:00:00:02" }));
    let create = async |work: &mut Work| line::create(work, &options).await;
    let other = panel.engine.act(panel.admin.clone(), "create", create).await.unwrap();
    let other = LineId(u32::try_from(other["id"].as_u64().unwrap()).unwrap());
    assert_eq!(code(queue(&panel, &panel.reseller, other, "reboot").await), "not_found", "it is the panel's own");
    queue(&panel, &panel.admin, other, "cut_off").await.unwrap();
    assert_eq!(told(&panel, &panel.reseller).await, ["reboot"]);
    assert_eq!(told(&panel, &panel.admin).await, ["cut_off", "reboot"]);
}
