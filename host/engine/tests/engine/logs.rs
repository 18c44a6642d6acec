//! The logs: a reseller sees what happened in the tree, a line its own connections, and a stranger nothing.

use crate::panel::{Panel, caller, code, from, ip, map};
use host_core::LineId;
use host_core::StreamId;
use host_core::caller::Caller;
use host_core::line::{Output, Visit};
use host_core::secret::Secret;
use host_core::user::Role;
use host_engine::{Result, Work, line, log, user};
use serde_json::{Value, json};

/// A reseller with a line, and the reseller below them with another; beside them one of the admin's.
struct Tree {
    panel: Panel,
    below: Caller,
    lines: [LineId; 3],
}

async fn tree() -> Tree {
    let panel = Panel::new().await;
    let verb = async |work: &mut Work| {
        user::create(work, &map(json!({ "username": "below", "password": "long enough" }))).await
    };
    let made = panel.engine.act(panel.reseller.clone(), "create", verb).await.unwrap();
    let below = caller(panel.tenant, made["id"].as_u64().unwrap(), Role::Reseller);
    let lines = [panel.line("own", 1).await, panel.line("deep", 1).await, panel.line("foreign", 1).await];
    for (id, owner) in [(lines[0], panel.reseller_id()), (lines[1], below.user().unwrap())] {
        let give = async |work: &mut Work| line::edit(work, id, &map(json!({ "owner": owner }))).await;
        panel.engine.act(panel.admin.clone(), "give", give).await.unwrap();
    }
    Tree { panel, below, lines }
}

impl Tree {
    /// Each line plays for a second, and is refused what it does not have.
    async fn play(&self) {
        let Panel { engine, tenant, streams, clock, .. } = &self.panel;
        for username in ["own", "deep", "foreign"] {
            let line = self.panel.sign_in(username, "secret-1").await.unwrap().line;
            let visit =
                Visit { address: ip("10.0.0.1"), agent: "vlc", isp: None, country: None, output: Some(Output::Ts) };
            let start = async |stream: u32| {
                engine.admit(&line, *tenant, StreamId(stream), engine.seats().fresh_session(), &visit).await
            };
            let seat = start(streams[0]).await.unwrap();
            clock.pass(1);
            drop(seat);
            assert_eq!(code(start(streams[1]).await), "not_in_bouquet");
        }
    }

    async fn read(&self, caller: &Caller, which: &str, query: Value) -> Result<Value> {
        let query = map(query);
        let verb = async |work: &mut Work| match which {
            "activity" => log::activity(work, &query).await,
            "sign_ins" => log::sign_ins(work, &query).await,
            _ => log::refusals(work, &query).await,
        };
        self.panel.engine.act(caller.clone(), "log", verb).await
    }

    /// Whose rows they are, the oldest first.
    async fn lines(&self, caller: &Caller, which: &str, query: Value) -> Vec<u64> {
        let page = self.read(caller, which, query).await.unwrap();
        page["rows"].as_array().unwrap().iter().rev().map(|row| row["line"].as_u64().unwrap_or(0)).collect()
    }
}

const LOGS: [&str; 3] = ["activity", "sign_ins", "refusals"];

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_sees_the_rows_of_the_tree_and_an_admin_all() {
    let tree = tree().await;
    tree.play().await;
    let [own, deep, foreign] = tree.lines.map(|id| u64::from(id.0));
    for which in LOGS {
        assert_eq!(tree.lines(&tree.panel.admin, which, json!({})).await, [own, deep, foreign], "{which}");
        assert_eq!(tree.lines(&tree.panel.reseller, which, json!({})).await, [own, deep], "{which}");
        assert_eq!(tree.lines(&tree.below, which, json!({})).await, [deep], "{which}");
        assert_eq!(tree.lines(&tree.panel.reseller, which, json!({ "line": deep })).await, [deep]);
        assert_eq!(tree.lines(&tree.panel.reseller, which, json!({ "line": foreign })).await, [0; 0], "{which}");
    }
    let page = tree.read(&tree.below, "activity", json!({})).await.unwrap();
    let row = &page["rows"][0];
    assert_eq!((&row["agent"], &row["container"], &row["country"]), (&json!("vlc"), &json!("ts"), &Value::Null));
    assert_eq!(row["ended_at"].as_i64().unwrap() - row["started_at"].as_i64().unwrap(), 1);
    assert_eq!(row["owner"], json!(tree.below.user()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_stays_with_who_owned_the_line_when_it_happened() {
    let tree = tree().await;
    tree.play().await;
    let [_, deep, _] = tree.lines;
    let take = async |work: &mut Work| {
        line::edit(work, deep, &map(json!({ "owner": tree.panel.admin.user().unwrap() }))).await
    };
    tree.panel.engine.act(tree.panel.admin.clone(), "take", take).await.unwrap();
    tree.panel.clock.pass(60);
    tree.play().await;
    for which in ["activity", "refusals"] {
        assert_eq!(tree.lines(&tree.below, which, json!({})).await, [u64::from(deep.0)], "{which}");
        let rows = tree.lines(&tree.panel.admin, which, json!({ "line": deep })).await;
        assert_eq!(rows.len(), 2, "{which}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sees_their_own_sign_ins_and_refusals_and_not_those_above() {
    let tree = tree().await;
    let sign_in = async |username: &str, password: &str| {
        let password = Secret::new(password);
        tree.panel.engine.sign_in_password(tree.panel.tenant, username, &password, &from("10.0.0.1")).await
    };
    for username in ["seller", "below"] {
        sign_in(username, "long enough").await.unwrap();
        assert_eq!(code(sign_in(username, "wrong").await), "auth_failed");
    }
    assert_eq!(code(sign_in("nobody", "wrong").await), "auth_failed");
    for (which, all) in [("sign_ins", 2), ("refusals", 3)] {
        let count = async |caller: &Caller, query| tree.lines(caller, which, query).await.len();
        assert_eq!(count(&tree.below, json!({})).await, 1, "{which}");
        assert_eq!(count(&tree.panel.reseller, json!({})).await, 2, "{which}");
        assert_eq!(count(&tree.panel.admin, json!({})).await, all, "{which}");
        assert_eq!(count(&tree.panel.admin, json!({ "user": tree.below.user() })).await, 1, "{which}");
        assert_eq!(count(&tree.below, json!({ "user": tree.panel.reseller_id() })).await, 0, "{which}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_sees_its_own_connections_and_strangers_nothing() {
    let tree = tree().await;
    tree.play().await;
    let own = tree.panel.sign_in("own", "secret-1").await.unwrap().caller;
    assert_eq!(tree.lines(&own, "activity", json!({})).await, [u64::from(tree.lines[0].0)]);
    assert_eq!(code(tree.read(&own, "activity", json!({ "line": tree.lines[2] })).await), "not_permitted");
    let stranger =
        Caller { identity: host_core::caller::Identity::Stranger, ..Caller::system(tree.panel.tenant, "test") };
    for which in LOGS {
        assert_eq!(code(tree.read(&stranger, which, json!({})).await), "not_permitted", "{which}");
    }
    for which in ["sign_ins", "refusals"] {
        assert_eq!(code(tree.read(&own, which, json!({})).await), "not_permitted", "{which}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_read_page_by_page_and_within_a_range_of_time() {
    let tree = tree().await;
    for _ in 0..3 {
        tree.play().await;
    }
    let whole = tree.read(&tree.panel.reseller, "activity", json!({})).await.unwrap();
    assert_eq!((whole["rows"].as_array().unwrap().len(), &whole["cursor"]), (6, &Value::Null));
    let mut seen = Vec::new();
    let mut page = tree.read(&tree.panel.reseller, "activity", json!({ "limit": 2 })).await.unwrap();
    loop {
        seen.extend(page["rows"].as_array().unwrap().clone());
        let Some(cursor) = page["cursor"].as_str() else { break };
        let query = json!({ "limit": 2, "after": cursor });
        page = tree.read(&tree.panel.reseller, "activity", query).await.unwrap();
    }
    assert_eq!(json!(seen), whole["rows"]);
    let (newest, second) = (&whole["rows"][0]["ended_at"], &whole["rows"][1]["ended_at"]);
    let ranged = async |query| tree.lines(&tree.panel.reseller, "activity", query).await.len();
    assert_eq!(ranged(json!({ "from": newest })).await, 1);
    assert_eq!(ranged(json!({ "from": second, "to": newest })).await, 1);
    assert_eq!(ranged(json!({ "search": "VL" })).await, 6);
    assert_eq!(ranged(json!({ "search": "kodi", "from": null, "after": "" })).await, 0);
    for (field, wrong) in [("after", json!("x")), ("line", json!("x")), ("begin", json!(1)), ("user", json!(1))] {
        let refused = tree.read(&tree.panel.reseller, "activity", json!({ field: wrong })).await;
        assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some(field));
    }
}
