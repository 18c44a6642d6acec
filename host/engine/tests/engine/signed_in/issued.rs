//! Sessions that are issued: to whom, good where, by whose token.

use super::{SURFACE, caller_of, enter, issue, on, reset, sessions, sign_in, stranger};
use crate::panel::{Panel, code, from, map};
use host_core::LineId;
use host_core::caller::{Caller, Identity};
use host_core::secret::Secret;
use host_engine::{Finished, Work, line, session};
use serde_json::{Map, Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_one_surface_is_nobody_on_another() {
    let panel = Panel::new().await;
    let token = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    let signed = sign_in(&panel, SURFACE, &token, None).await.unwrap();
    assert_eq!(signed.caller.user(), panel.reseller.user());
    assert_eq!((signed.caller.role(), signed.caller.session), (panel.reseller.role(), Some(signed.session.id)));
    assert_eq!(code(sign_in(&panel, "portal", &token, None).await), "auth_failed");
    assert_eq!(code(sign_in(&panel, SURFACE, &Secret::new("0".repeat(64)), None).await), "auth_failed");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_goes_on_by_a_session_as_after_its_sign_in() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let signed = panel.sign_in("guest", "secret-1").await.unwrap();
    let token = issue(&panel, &signed.caller, json!({ "bound": "00:1A:79:00:00:01" })).await.unwrap();
    let again = sign_in(&panel, SURFACE, &token, Some("00:1A:79:00:00:01")).await.unwrap();
    assert_eq!((again.caller.line(), again.line.unwrap()), (Some(id), signed.line));
    for shown in [None, Some("00:1A:79:00:00:02")] {
        assert_eq!(code(sign_in(&panel, SURFACE, &token, shown).await), "auth_failed");
    }
    let disable = async |work: &mut Work| line::edit(work, id, &map(json!({ "enabled": false }))).await;
    panel.engine.act(panel.admin.clone(), "disable", disable).await.unwrap();
    let disabled = sign_in(&panel, SURFACE, &token, Some("00:1A:79:00:00:01")).await.unwrap();
    assert!(!disabled.line.unwrap().enabled, "its surface says how that is answered");
    let delete = async |work: &mut Work| line::delete(work, id).await;
    panel.engine.act(panel.admin.clone(), "delete", delete).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &token, Some("00:1A:79:00:00:01")).await), "auth_failed");
    assert_eq!(sessions(&panel).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_signs_in_by_name_and_password_and_is_locked_out_like_everywhere() {
    let panel = Panel::new().await;
    let token = enter(&panel, "SELLER", "long enough").await.unwrap();
    assert_eq!(caller_of(&panel, &token).await.user(), panel.reseller.user());
    assert_eq!(code(enter(&panel, "nobody", "long enough").await), "auth_failed");
    for _ in 0..5 {
        assert_eq!(code(enter(&panel, "seller", "a guess").await), "auth_failed");
    }
    assert_eq!(code(enter(&panel, "seller", "long enough").await), "auth_failed");
    panel.clock.pass(15 * 60);
    enter(&panel, "seller", "long enough").await.unwrap();
    let again = async |work: &mut Work| session::sign_in(work, "seller", &Secret::new("x"), &Map::new()).await;
    assert_eq!(code(on(&panel, SURFACE, &panel.reseller, again).await), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_changes_while_it_is_compared_signs_nobody_in() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(stranger(&panel), "console/login").asked(from("10.0.0.1"));
    let old = Secret::new("long enough");
    let mut work = run.attempt();
    session::sign_in(&mut work, "seller", &old, &Map::new()).await.unwrap();
    reset(&panel, panel.reseller_id()).await;
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    assert_eq!(code(session::sign_in(&mut run.attempt(), "seller", &old, &Map::new()).await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_token_is_taken_when_it_is_free_and_kept_when_it_is_its_own() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let guest = panel.sign_in("guest", "secret-1").await.unwrap().caller;
    let own = |bound: &str| json!({ "token": "A1B2C3D4E5F6A7B8", "bound": bound, "seconds": 100 });
    let ask = async |caller: &Caller, options: Value| issue(&panel, caller, options).await.unwrap().reveal().to_owned();
    assert_eq!(ask(&guest, own("box")).await, "A1B2C3D4E5F6A7B8");
    panel.clock.pass(50);
    assert_eq!(ask(&guest, own("box")).await, "A1B2C3D4E5F6A7B8");
    assert_eq!(sessions(&panel).await, 1, "nothing has changed");
    for other in [ask(&guest, own("another box")).await, ask(&panel.reseller, own("box")).await] {
        assert_eq!(other.len(), 64, "a new one");
    }
    panel.clock.pass(60);
    assert_eq!(code(sign_in(&panel, SURFACE, &Secret::new("A1B2C3D4E5F6A7B8"), Some("box")).await), "auth_failed");
    assert_eq!(ask(&panel.reseller, own("box")).await.len(), 64, "what was another's is not taken over");
    assert_eq!(ask(&guest, own("box")).await, "A1B2C3D4E5F6A7B8", "it begins anew");
    sign_in(&panel, SURFACE, &Secret::new("A1B2C3D4E5F6A7B8"), Some("box")).await.unwrap();
    for made_up in ["short", "with spaces in the middle", &"x".repeat(65), "ünïcödeünïcödeünïcöde"] {
        assert_eq!(ask(&guest, json!({ "token": made_up })).await.len(), 64);
    }
    assert_eq!(code(issue(&panel, &guest, json!({ "bound": "x".repeat(257) })).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_issues_nothing_and_its_plan_shows_no_token() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.reseller.clone(), "console/test").asked(from("10.0.0.1")).dry_run(true);
    let mut work = run.attempt();
    let token = session::issue(&mut work, &Map::new()).await.unwrap();
    assert!(work.session_outcome().is_none());
    let plan = work.listing().to_string();
    assert!(plan.contains("holder") && !plan.contains(token.reveal()), "{plan}");
    assert!(run.settle(work).await.unwrap());
    assert_eq!(sessions(&panel).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_kept_under_an_idempotency_key() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.reseller.clone(), "console/test").asked(from("10.0.0.1"));
    run.under_key("once", [1; 32]).await.unwrap();
    let mut work = run.attempt();
    session::issue(&mut work, &Map::new()).await.unwrap();
    let refused = run.finish(work, Vec::new()).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().field.as_deref(), Some("idempotency_key"));
    assert_eq!(sessions(&panel).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_guesses_tokens_from_one_address_for_long() {
    let panel = Panel::new().await;
    let mut codes = Vec::new();
    for guess in 0..80 {
        codes.push(code(sign_in(&panel, SURFACE, &Secret::new(format!("{guess:064}")), None).await));
    }
    assert_eq!(codes.iter().filter(|code| *code == "rate_limited").count(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_itself_has_no_session_and_a_command_issues_none() {
    let panel = Panel::new().await;
    let system = Caller::system(panel.tenant, "test");
    assert_eq!(code(issue(&panel, &system, json!({})).await), "not_permitted");
    assert_eq!(code(issue(&panel, &stranger(&panel), json!({})).await), "not_permitted");
    let gone = Caller { identity: Identity::Line { id: LineId(99) }, ..system };
    assert_eq!(code(issue(&panel, &gone, json!({})).await), "auth_failed");
    let command = async |work: &mut Work| session::issue(work, &Map::new()).await;
    assert_eq!(code(panel.engine.act(panel.reseller.clone(), "command", command).await), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_tried_in_vain_is_let_in_once_it_is_a_sessions() {
    let panel = Panel::new().await;
    let own = Secret::new("A1B2C3D4E5F6A7B8");
    for _ in 0..6 {
        assert_eq!(code(sign_in(&panel, SURFACE, &own, None).await), "auth_failed");
    }
    issue(&panel, &panel.reseller, json!({ "token": own.reveal() })).await.unwrap();
    for _ in 0..6 {
        assert_eq!(code(sign_in(&panel, "portal", &own, None).await), "auth_failed");
    }
    sign_in(&panel, SURFACE, &own, None).await.unwrap();
}
