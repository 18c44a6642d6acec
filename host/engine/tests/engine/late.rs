//! Late values: a token that is misplaced is found before the commit, so that nothing was done.

use crate::panel::{Panel, map};
use host_core::PackageId;
use host_engine::{Error, Finished, Work, credit, line};
use serde_json::json;

/// Moves credits, does something else with the token, and finishes with a reply: refused as the
/// program's fault, with nothing written.
async fn misplaced(reply: impl Fn(&str) -> String, other: impl AsyncFn(&Panel, &mut Work, &str)) {
    let panel = Panel::new().await;
    let lines = panel.engine.store().count(database(&panel), host_core::object::Kind::Line).await.unwrap();
    for dry_run in [true, false] {
        let mut run = panel.engine.begin(panel.admin.clone(), "adjust").dry_run(dry_run);
        let mut work = run.attempt();
        let view = credit::adjust(&mut work, panel.reseller_id(), "5", "").await.unwrap();
        let token = view["after"].as_str().unwrap();
        other(&panel, &mut work, token).await;
        let reply = reply(token);
        let finished = run.finish(work, reply.clone().into_bytes()).await;
        assert!(matches!(finished, Err(Error::Invalid(_))), "{reply}: {finished:?}");
    }
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
    let now = panel.engine.store().count(database(&panel), host_core::object::Kind::Line).await.unwrap();
    assert_eq!(now, lines);
    panel.verify().await;
}

fn database(panel: &Panel) -> host_core::plan::Database {
    host_core::plan::Database::Tenant(panel.tenant)
}

async fn nothing(_: &Panel, _: &mut Work, _: &str) {}

fn empty(_: &str) -> String {
    "{}".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_as_a_key_is_a_fault() {
    misplaced(|token| json!({ "data": { token: 1 } }).to_string(), nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_inside_a_text_is_a_fault() {
    misplaced(|token| json!({ "data": format!("now {token}") }).to_string(), nothing).await;
    misplaced(|token| json!({ "data": format!("\"{token}\"") }).to_string(), nothing).await;
    misplaced(|token| json!({ "data": format!("\"{token}") }).to_string(), nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_a_header_is_a_fault() {
    misplaced(|token| json!({ "data": {}, "headers": { "expires": token } }).to_string(), nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_another_verb_would_store_is_a_fault() {
    let note = async |panel: &Panel, work: &mut Work, token: &str| {
        let options = map(json!({ "username": "guest", "password": "secret-1", "reseller_notes": token }));
        line::sell(work, PackageId(panel.package), false, &options).await.unwrap();
    };
    misplaced(empty, note).await;
    let inside = async |panel: &Panel, work: &mut Work, token: &str| {
        let options =
            map(json!({ "username": "guest", "password": "secret-1", "reseller_notes": format!("a {token}") }));
        line::sell(work, PackageId(panel.package), false, &options).await.unwrap();
    };
    misplaced(empty, inside).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_as_the_password_of_a_line_is_a_fault() {
    let password = async |panel: &Panel, work: &mut Work, token: &str| {
        let options = map(json!({ "username": "guest", "password": token }));
        line::sell(work, PackageId(panel.package), false, &options).await.unwrap();
    };
    misplaced(empty, password).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_note_of_a_transfer_is_a_fault() {
    let again = async |panel: &Panel, work: &mut Work, token: &str| {
        credit::adjust(work, panel.reseller_id(), "1", token).await.unwrap();
    };
    misplaced(empty, again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_data_is_filled_in_as_often_as_it_stands_there() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "adjust");
    let mut work = run.attempt();
    let view = credit::adjust(&mut work, panel.reseller_id(), "5", "a note").await.unwrap();
    let reply = json!({ "data": { "movement": view, "again": [view["after"]] } }).to_string();
    let Finished::Done { reply, .. } = run.finish(work, reply.into_bytes()).await.unwrap() else {
        panic!("no conflict here");
    };
    let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(reply["data"]["movement"]["before"].as_f64(), Some(100.0));
    assert_eq!(reply["data"]["again"][0].as_f64(), Some(105.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_late_values_than_an_action_may_have_are_refused_where_they_are_asked_for() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "adjust");
    let mut work = run.attempt();
    for _ in 0..8 {
        credit::adjust(&mut work, panel.reseller_id(), "1", "").await.unwrap();
    }
    let refused = credit::adjust(&mut work, panel.reseller_id(), "1", "").await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code, host_core::Code::TooLarge);
    // What went before can still be committed.
    assert!(run.settle(work).await.unwrap());
    assert_eq!(panel.balance(panel.reseller_id()).await, "108.00");
}
