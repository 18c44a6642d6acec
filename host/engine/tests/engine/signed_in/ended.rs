//! Sessions that end: by their time, by their holder, and with what they stand on.

use super::{SURFACE, caller_of, enter, issue, on, reset, sessions, sign_in};
use crate::panel::{Panel, code, from, map};
use host_core::ApiKeyId;
use host_core::secret::Secret;
use host_core::session::SessionOutcome;
use host_engine::{Finished, Work, line, session, user};
use serde_json::{Map, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_over_when_its_seconds_have_passed_and_is_swept_within_the_hour() {
    let panel = Panel::new().await;
    let short = issue(&panel, &panel.reseller, json!({ "seconds": 60 })).await.unwrap();
    let usual = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    panel.clock.pass(59);
    sign_in(&panel, SURFACE, &short, None).await.unwrap();
    panel.clock.pass(1);
    assert_eq!(code(sign_in(&panel, SURFACE, &short, None).await), "auth_failed");
    sign_in(&panel, SURFACE, &usual, None).await.unwrap();
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    assert_eq!(sessions(&panel).await, 2);
    panel.clock.pass(3_600);
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    assert_eq!(sessions(&panel).await, 1);
    for seconds in [0, -1, 34_560_001] {
        assert_eq!(code(issue(&panel, &panel.reseller, json!({ "seconds": seconds })).await), "invalid_input");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_of_a_line_ends_its_sessions_and_issues_none_to_the_old_one() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let signed = panel.sign_in("guest", "secret-1").await.unwrap();
    let token = issue(&panel, &signed.caller, json!({})).await.unwrap();
    let change = async |work: &mut Work| line::edit(work, id, &map(json!({ "password": "secret-2" }))).await;
    panel.engine.act(panel.admin.clone(), "edit", change).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed");
    let mut run = panel.engine.begin(signed.caller, "console/test").asked(from("10.0.0.1"));
    run = run.with_line(Some(signed.line), None);
    assert_eq!(code(session::issue(&mut run.attempt(), &Map::new()).await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_of_a_user_ends_all_their_sessions_and_nobody_elses() {
    let panel = Panel::new().await;
    let token = enter(&panel, "seller", "long enough").await.unwrap();
    let options = Map::new();
    let elsewhere = async |work: &mut Work| session::issue(work, &options).await;
    let (portal, _) = on(&panel, "portal", &panel.reseller, elsewhere).await.unwrap();
    let admins = issue(&panel, &panel.admin, json!({})).await.unwrap();
    reset(&panel, panel.reseller_id()).await;
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed");
    assert_eq!(code(sign_in(&panel, "portal", &portal, None).await), "auth_failed");
    sign_in(&panel, SURFACE, &admins, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_and_a_revoked_key_use_no_session() {
    let panel = Panel::new().await;
    let key = async |work: &mut Work| {
        let options = map(json!({ "allowed_addresses": ["10.0.0.1"] }));
        user::create_key(work, panel.reseller_id(), &options).await
    };
    let made = panel.engine.act(panel.admin.clone(), "key", key).await.unwrap();
    let by_key = Secret::new(made["key"].as_str().unwrap());
    let signed = panel.engine.sign_in_key(panel.tenant, &by_key, true, &from("10.0.0.1")).await.unwrap();
    let token = issue(&panel, &signed.caller, json!({})).await.unwrap();
    assert_eq!(caller_of(&panel, &token).await.key_prefix, signed.caller.key_prefix);
    let away = panel.engine.sign_in_session(panel.tenant, SURFACE, &token, None, &from("10.0.0.2")).await;
    assert_eq!(code(away), "auth_failed", "its key is good from one address");
    let switch = async |enabled: bool| {
        let options = map(json!({ "enabled": enabled }));
        let verb = async |work: &mut Work| user::edit(work, panel.reseller_id(), &options).await;
        panel.engine.act(panel.admin.clone(), "switch", verb).await.unwrap();
    };
    switch(false).await;
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed");
    switch(true).await;
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed", "it has ended for good");
    let token = issue(&panel, &signed.caller, json!({})).await.unwrap();
    caller_of(&panel, &token).await;
    let id = ApiKeyId(u32::try_from(made["id"].as_u64().unwrap()).unwrap());
    let revoke = async |work: &mut Work| user::revoke_key(work, id).await;
    panel.engine.act(panel.admin.clone(), "revoke", revoke).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_token_stops_with_the_commit_and_the_end_stays() {
    let panel = Panel::new().await;
    let old = issue(&panel, &panel.reseller, json!({ "seconds": 100 })).await.unwrap();
    let caller = caller_of(&panel, &old).await;
    let end = sign_in(&panel, SURFACE, &old, None).await.unwrap().session.expiry;
    panel.clock.pass(10);
    let rotate = async |work: &mut Work| session::rotate(work).await;
    let (new, outcome) = on(&panel, SURFACE, &caller, rotate).await.unwrap();
    let Some(SessionOutcome::Issued { id, token, expiry }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((Some(id), token.reveal(), expiry), (caller.session, new.reveal(), end));
    assert_eq!(code(sign_in(&panel, SURFACE, &old, None).await), "auth_failed");
    assert_eq!(caller_of(&panel, &new).await.session, caller.session);
    assert_eq!(code(on(&panel, SURFACE, &panel.reseller, rotate).await), "not_permitted", "by a key there is none");
    assert_eq!(code(issue(&panel, &caller, json!({})).await), "not_permitted", "it has one");
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_takes_one_session_or_all_of_the_caller_on_the_surface() {
    let panel = Panel::new().await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(issue(&panel, &panel.reseller, json!({})).await.unwrap());
    }
    let options = Map::new();
    let elsewhere = async |work: &mut Work| session::issue(work, &options).await;
    let (portal, _) = on(&panel, "portal", &panel.reseller, elsewhere).await.unwrap();
    let admins = issue(&panel, &panel.admin, json!({})).await.unwrap();
    let caller = caller_of(&panel, &tokens[0]).await;
    let end = async |work: &mut Work| session::end(work).await;
    let (_, outcome) = on(&panel, SURFACE, &caller, end).await.unwrap();
    assert!(matches!(outcome, Some(SessionOutcome::Ended)));
    assert_eq!(code(on(&panel, SURFACE, &caller, end).await), "auth_failed", "it has ended");
    assert_eq!(code(sign_in(&panel, SURFACE, &tokens[0], None).await), "auth_failed");
    let caller = caller_of(&panel, &tokens[1]).await;
    let all = async |work: &mut Work| session::end_all(work).await;
    on(&panel, SURFACE, &caller, all).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &tokens[2], None).await), "auth_failed");
    sign_in(&panel, SURFACE, &admins, None).await.unwrap();
    sign_in(&panel, "portal", &portal, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_all_and_signs_in_in_one_action_keeps_the_new_one() {
    let panel = Panel::new().await;
    let old = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    let options = Map::new();
    let both = async |work: &mut Work| {
        session::end_all(work).await?;
        session::issue(work, &options).await
    };
    let (new, _) = on(&panel, SURFACE, &panel.reseller, both).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &old, None).await), "auth_failed");
    sign_in(&panel, SURFACE, &new, None).await.unwrap();
    let twice = async |work: &mut Work| {
        session::issue(work, &options).await?;
        session::issue(work, &options).await
    };
    assert_eq!(code(on(&panel, SURFACE, &panel.reseller, twice).await), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_64_sessions_on_a_surface_the_oldest_end_whoever_is_quicker() {
    let panel = Panel::new().await;
    let first = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    let second = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    panel.clock.pass(1);
    for _ in 0..62 {
        issue(&panel, &panel.reseller, json!({})).await.unwrap();
    }
    assert_eq!(sessions(&panel).await, 64);
    // Two at once: both see 64, and the second is made again when the first has been committed.
    let mut run = panel.engine.begin(panel.reseller.clone(), "console/test");
    run = run.asked(host_engine::SignInFrom { surface: SURFACE.into(), ..from("10.0.0.1") });
    let mut work = run.attempt();
    let token = session::issue(&mut work, &Map::new()).await.unwrap();
    issue(&panel, &panel.reseller, json!({})).await.unwrap();
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let mut work = run.attempt();
    assert_eq!(session::issue(&mut work, &Map::new()).await.unwrap().reveal(), token.reveal());
    assert!(run.settle(work).await.unwrap());
    assert_eq!(sessions(&panel).await, 64);
    for gone in [first, second] {
        assert_eq!(code(sign_in(&panel, SURFACE, &gone, None).await), "auth_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_issued_while_the_password_changes_ends_too() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "reset");
    let mut work = run.attempt();
    user::reset_password(&mut work, panel.reseller_id(), None).await.unwrap();
    let token = issue(&panel, &panel.reseller, json!({})).await.unwrap();
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let mut work = run.attempt();
    user::reset_password(&mut work, panel.reseller_id(), None).await.unwrap();
    assert!(run.settle(work).await.unwrap());
    assert_eq!(code(sign_in(&panel, SURFACE, &token, None).await), "auth_failed");
}
