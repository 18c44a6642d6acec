//! What a price buys: a term, a trial within the quotas, a line that stays bound as its package is.

use crate::panel::{Panel, caller, code, map};
use host_core::caller::Caller;
use host_core::user::Role;
use host_core::{LineId, PackageId};
use host_engine::{Work, line, record, user};
use serde_json::{Value, json};

async fn sell(panel: &Panel, by: &Caller, trial: bool, options: Value) -> host_engine::Result<LineId> {
    let (package, options) = (PackageId(panel.package), map(options));
    let verb = async |work: &mut Work| line::sell(work, package, trial, &options).await;
    let view = panel.engine.act(by.clone(), "sell", verb).await?;
    Ok(LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap()))
}

async fn extend(panel: &Panel, id: LineId, trial: bool) -> host_engine::Result<Value> {
    let package = PackageId(panel.package);
    let verb = async |work: &mut Work| line::extend(work, id, package, trial).await;
    panel.engine.act(panel.reseller.clone(), "extend", verb).await
}

async fn edit(panel: &Panel, by: &Caller, id: LineId, fields: Value) -> host_engine::Result<Value> {
    let fields = map(fields);
    let verb = async |work: &mut Work| line::edit(work, id, &fields).await;
    panel.engine.act(by.clone(), "edit", verb).await
}

async fn set(panel: &Panel, kind: &str, id: u32, fields: Value) {
    let fields = map(fields);
    let verb = async |work: &mut Work| record::edit(work, kind, id, &fields).await;
    panel.engine.act(panel.admin.clone(), "set", verb).await.unwrap();
}

async fn quota(panel: &Panel, count: u32) {
    let trials = json!({ "trials": { "count": count, "window": { "count": 1, "unit": "days" } } });
    set(panel, "group", panel.group, trials).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_charged_for_a_term_that_a_line_cannot_get() {
    let panel = Panel::new().await;
    let id = sell(&panel, &panel.reseller, false, json!({})).await.unwrap();
    edit(&panel, &panel.admin, id, json!({ "expiry": null })).await.unwrap();
    assert_eq!(code(extend(&panel, id, false).await), "invalid_type", "it has no end");
    edit(&panel, &panel.admin, id, json!({ "expiry": 253_402_300_799_i64 })).await.unwrap();
    assert_eq!(code(extend(&panel, id, false).await), "invalid_type", "it would end after the year 9999");
    assert_eq!(panel.balance(panel.reseller_id()).await, "90.00", "the sale, and nothing else");
    for end in [253_402_300_800_i64, -1, i64::MAX] {
        assert_eq!(code(edit(&panel, &panel.admin, id, json!({ "expiry": end })).await), "invalid_date", "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_extends_a_line_uses_up_the_quota() {
    let panel = Panel::new().await;
    quota(&panel, 2).await;
    let id = sell(&panel, &panel.reseller, true, json!({})).await.unwrap();
    extend(&panel, id, true).await.unwrap();
    assert_eq!(code(extend(&panel, id, true).await), "no_trials");
    assert_eq!(code(sell(&panel, &panel.reseller, true, json!({})).await), "no_trials");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trials_of_one_plan_count_too() {
    let panel = Panel::new().await;
    quota(&panel, 2).await;
    let several = async |count: u32| {
        let verb = async |work: &mut Work| {
            for _ in 0..count {
                line::sell(work, PackageId(panel.package), true, &map(json!({}))).await?;
            }
            Ok(())
        };
        panel.engine.act(panel.reseller.clone(), "sell", verb).await
    };
    assert_eq!(code(several(3).await), "no_trials");
    several(2).await.unwrap();
    assert_eq!(code(several(1).await), "no_trials");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trials_of_resellers_below_are_those_of_the_reseller_above() {
    let panel = Panel::new().await;
    quota(&panel, 3).await;
    let mut below = Vec::new();
    for name in ["one", "two"] {
        let fields = map(json!({ "username": name, "password": "long enough" }));
        let verb = async |work: &mut Work| user::create(work, &fields).await;
        let made = panel.engine.act(panel.reseller.clone(), "create", verb).await.unwrap();
        below.push(caller(panel.tenant, made["id"].as_u64().unwrap(), Role::Reseller));
    }
    sell(&panel, &below[0], true, json!({})).await.unwrap();
    sell(&panel, &below[1], true, json!({})).await.unwrap();
    sell(&panel, &panel.reseller, true, json!({})).await.unwrap();
    for seller in [&below[0], &below[1], &panel.reseller] {
        assert_eq!(code(sell(&panel, seller, true, json!({})).await), "no_trials");
    }
    panel.clock.pass(86_401);
    sell(&panel, &below[0], true, json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_binds_a_line_more_narrowly_than_its_package_and_never_less() {
    let panel = Panel::new().await;
    set(&panel, "package", panel.package, json!({ "country": "DE", "isp_lock": true })).await;
    for lifted in [json!({ "country": "US" }), json!({ "country": "" }), json!({ "isp_lock": false })] {
        assert_eq!(code(sell(&panel, &panel.reseller, false, lifted).await), "not_permitted");
    }
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
    let narrowed = json!({ "country": "de", "allowed_addresses": ["192.0.2.0/24"] });
    let id = sell(&panel, &panel.reseller, false, narrowed).await.unwrap();
    for lifted in [json!({ "country": "US" }), json!({ "country": null }), json!({ "isp_lock": false })] {
        assert_eq!(code(edit(&panel, &panel.reseller, id, lifted).await), "not_permitted");
    }
    let view = edit(&panel, &panel.reseller, id, json!({ "allowed_addresses": [] })).await.unwrap();
    assert_eq!((&view["country"], &view["isp_lock"]), (&json!("DE"), &json!(true)));
    edit(&panel, &panel.admin, id, json!({ "country": null })).await.unwrap();
    set(&panel, "package", panel.package, json!({ "country": null, "isp_lock": false })).await;
    edit(&panel, &panel.reseller, id, json!({ "country": "AT" })).await.unwrap();
    edit(&panel, &panel.reseller, id, json!({ "country": "US" })).await.unwrap();
}
