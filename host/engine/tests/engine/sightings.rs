//! What was last seen of lines, users and keys: at once in views, in storage a little later.

use crate::panel::{Panel, map};
use host_core::LineId;
use host_core::object::Key;
use host_core::time::Unix;
use host_engine::{Work, line, user};
use serde_json::{Value, json};

async fn seen(panel: &Panel, id: LineId) -> Value {
    let verb = async |work: &mut Work| line::get(work, id).await;
    panel.engine.act(panel.admin.clone(), "get", verb).await.unwrap()["seen"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_seen_at_once_and_stored_within_seconds_without_a_change_of_it() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    assert_eq!(seen(&panel, id).await, Value::Null);
    panel.sign_in("guest", "secret-1").await.unwrap();
    let first = seen(&panel, id).await;
    assert_eq!((&first["at"], &first["address"]), (&json!(crate::panel::START), &json!("10.0.0.1")));
    let stored = async || panel.engine.store().seen(panel.tenant, vec![Key::Line(id)]).await.unwrap();
    assert_eq!(stored().await, [], "it waits");
    panel.engine.step(Unix(crate::panel::START)).await.unwrap();
    assert_eq!(stored().await.len(), 1);
    panel.clock.pass(3);
    panel.sign_in("guest", "secret-1").await.unwrap();
    panel.engine.step(Unix(crate::panel::START + 3)).await.unwrap();
    assert_eq!(stored().await[0].1.at, Unix(crate::panel::START), "all of some seconds is written together");
    assert_eq!(seen(&panel, id).await["at"], crate::panel::START + 3, "but is known at once");
    panel.engine.write_sightings().await.unwrap();
    assert_eq!(stored().await[0].1.at, Unix(crate::panel::START + 3), "and before the end");
    let audit = async |work: &mut Work| line::edit(work, id, &map(json!({ "admin_notes": "x" }))).await;
    panel.engine.act(panel.admin.clone(), "edit", audit).await.unwrap();
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_what_was_seen_where_it_is_asked_for() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    panel.line("idle", 1).await;
    panel.sign_in("guest", "secret-1").await.unwrap();
    let list = async |query: Value| {
        let verb =
            async |work: &mut Work| Ok(serde_json::to_value(line::list(work, &map(query.clone())).await?).unwrap());
        panel.engine.act(panel.admin.clone(), "list", verb).await.unwrap()["rows"].clone()
    };
    let plain = list(json!({})).await;
    assert!(plain.as_array().unwrap().iter().all(|row| row.get("seen").is_none()));
    let with = list(json!({ "seen": true })).await;
    let of = |name: &str| with.as_array().unwrap().iter().find(|row| row["username"] == name).unwrap()["seen"].clone();
    assert_eq!(of("guest")["address"], "10.0.0.1");
    assert_eq!(of("idle"), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_says_when_it_was_last_used() {
    let panel = Panel::new().await;
    let owner = panel.reseller_id();
    let create = async |work: &mut Work| user::create_key(work, owner, &map(json!({ "name": "script" }))).await;
    let made = panel.engine.act(panel.admin.clone(), "key", create).await.unwrap();
    let used = async || {
        let verb = async |work: &mut Work| user::list_keys(work, Some(owner)).await;
        let keys = panel.engine.act(panel.admin.clone(), "keys", verb).await.unwrap();
        keys.into_iter().find(|owned| owned.key.name == "script").unwrap().seen
    };
    assert_eq!(used().await, None);
    let key = host_core::secret::Secret::new(made["key"].as_str().unwrap());
    panel.engine.sign_in_key(panel.tenant, &key, true, &crate::panel::from("198.51.100.9")).await.unwrap();
    assert_eq!(used().await.unwrap().address, "198.51.100.9");
}
