//! Sign-in: who gets in, and what the others hear.

use crate::panel::{Panel, code, from, map};
use host_core::journal::Entry;
use host_core::secret::Secret;
use host_engine::{Work, line, user};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_an_unknown_name_and_a_locked_pair_sound_the_same() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let wrong = panel.sign_in("guest", "nonsense").await.unwrap_err();
    let unknown = panel.sign_in("nobody", "secret-1").await.unwrap_err();
    assert_eq!(wrong.refusal(), unknown.refusal());
    for _ in 0..5 {
        let _ = panel.sign_in("guest", "nonsense").await;
    }
    let locked = panel.sign_in("guest", "secret-1").await.unwrap_err();
    assert_eq!(locked.refusal(), unknown.refusal());
    panel.clock.pass(15 * 60);
    assert!(panel.sign_in("guest", "secret-1").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_just_written_signs_in_as_it_is_now() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    panel.sign_in("guest", "secret-1").await.unwrap();
    let change = async |options: serde_json::Value| {
        let options = map(options);
        let verb = async |work: &mut Work| line::edit(work, id, &options).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    };
    change(json!({ "password": "secret-2" })).await;
    assert_eq!(code(panel.sign_in("guest", "secret-1").await), "auth_failed");
    panel.sign_in("guest", "secret-2").await.unwrap();
    change(json!({ "username": "visitor" })).await;
    assert_eq!(code(panel.sign_in("guest", "secret-2").await), "auth_failed");
    panel.sign_in("visitor", "secret-2").await.unwrap();
    let delete = async |work: &mut Work| line::delete(work, id).await;
    panel.engine.act(panel.admin.clone(), "delete", delete).await.unwrap();
    assert_eq!(code(panel.sign_in("visitor", "secret-2").await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_journalled_once_a_minute() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let count = || {
        let rows = panel.journal.0.lock();
        rows.iter().filter(|row| matches!(row, Entry::SignIn { line: Some(_), .. })).count()
    };
    for _ in 0..10 {
        panel.sign_in("guest", "secret-1").await.unwrap();
    }
    assert_eq!(count(), 1);
    panel.clock.pass(60);
    panel.sign_in("guest", "secret-1").await.unwrap();
    assert_eq!(count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_disabled_user_and_of_one_below_them_stops() {
    let panel = Panel::new().await;
    let verb = async |work: &mut Work| user::create_key(work, panel.reseller_id(), &serde_json::Map::new()).await;
    let made = panel.engine.act(panel.admin.clone(), "key", verb).await.unwrap();
    let key = Secret::new(made["key"].as_str().unwrap());
    let sign_in = || panel.engine.sign_in_key(panel.tenant, &key, false, &PLACE);
    assert_eq!(sign_in().await.unwrap().caller.user(), panel.reseller.user());
    let off = map(json!({ "enabled": false }));
    let disable = async |work: &mut Work| user::edit(work, panel.reseller_id(), &off).await;
    panel.engine.act(panel.admin.clone(), "disable", disable).await.unwrap();
    assert_eq!(code(sign_in().await), "auth_failed");
}

static PLACE: std::sync::LazyLock<host_engine::SignInFrom> = std::sync::LazyLock::new(|| from("10.0.0.9"));

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_signs_in_with_what_the_creation_showed() {
    let panel = Panel::new().await;
    let text = |name: &str| panel.login[name].as_str().unwrap().to_owned();
    let key = Secret::new(text("admin_api_key"));
    let by_key = panel.engine.sign_in_key(panel.tenant, &key, true, &PLACE).await.unwrap();
    assert_eq!(by_key.caller.user(), panel.admin.user());
    let password = Secret::new(text("admin_password"));
    let name = text("admin_username").to_uppercase();
    let by_password = panel.engine.sign_in_password(panel.tenant, &name, &password, &PLACE).await.unwrap();
    assert_eq!(by_password.user(), panel.admin.user());
    let wrong = Secret::new("not the password");
    assert_eq!(code(panel.engine.sign_in_password(panel.tenant, &name, &wrong, &PLACE).await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_for_a_player_needs_no_plan() {
    let panel = Panel::new().await;
    panel.line("guest", 2).await;
    let signed = panel.sign_in("guest", "secret-1").await.unwrap();
    let mut run =
        panel.engine.begin(signed.caller, "player/sign_in").with_line(Some(signed.line), Some(signed.password));
    let mut work = run.attempt();
    let mine = line::mine(&mut work).await.unwrap();
    assert_eq!((mine.password.reveal(), mine.line.max_connections), ("secret-1", 2.into()));
    assert_eq!((mine.settings.timezone.as_str(), &**mine.offsets), ("UTC", &[(mine.offsets[0].0, 0)][..]));
    assert_eq!(work.listing()["changes"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_line_is_at_home_strangers_lock_it_out_neither_after_a_restart() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    panel.sign_in("guest", "secret-1").await.unwrap();
    // Another process: what was in memory is gone, the journal is not.
    let engine = panel.restarted();
    let tries = async |password: &str, address: &str| {
        engine.sign_in_line(panel.tenant, "guest", &Secret::new(password), &from(address)).await
    };
    for host in 0..100 {
        let _ = tries("nonsense", &format!("192.0.{}.{}", host / 10, host % 10)).await;
    }
    assert_eq!(code(tries("secret-1", "198.51.100.1").await), "auth_failed", "a stranger is locked out");
    tries("secret-1", "10.0.0.1").await.unwrap();
    tries("secret-1", "10.0.0.77").await.unwrap();
    assert_eq!(code(tries("nonsense", "10.0.0.1").await), "auth_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_with_spaces_signs_in_however_its_address_was_encoded() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let change = async |password: &str| {
        let options = map(json!({ "password": password }));
        let verb = async |work: &mut Work| line::edit(work, id, &options).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    };
    change("my pass/word").await;
    panel.sign_in("guest", "my pass/word").await.unwrap();
    assert_eq!(code(panel.sign_in("guest", "my+pass/word").await), "auth_failed");
    change("a+b").await;
    let signed = panel.sign_in("guest", "a b").await.unwrap();
    assert_eq!(signed.password.reveal(), "a+b", "what it meant is what is shown from here on");
}
