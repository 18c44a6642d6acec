//! A visitor at a blocked address gets nothing of a line, at any door; a visitor elsewhere does.

use crate::panel::{TestPanel, TestTenant, login, run};
use crate::watcher::{Watcher, Who};
use host_engine::Work;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

const BLOCKED: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 9);

async fn block(tenant: &TestTenant, kind: &str, value: &str) -> u32 {
    tenant.record("block", json!({ "kind": kind, "value": value })).await
}

/// What a visitor hears at a path: status and body.
async fn heard(tenant: &TestTenant, address: Ipv4Addr, agent: &str, path: &str) -> (u16, String) {
    let who = Who { agent, address, ..Who::default() };
    let mut answer = Watcher::open(tenant, who, path).await;
    let body = answer.read(64 << 10).await;
    (answer.status, String::from_utf8(body).unwrap())
}

/// Every document of a line, with what a blocked visitor hears instead.
fn documents(line: &Value) -> Vec<(String, u16, &'static str)> {
    let login = login(line);
    let path = login.replace("username=", "").replace("&password=", "/");
    let no = r#"{"user_info":{"auth":0}}"#;
    vec![
        (format!("/player_api.php?{login}"), 200, no),
        (format!("/player_api.php?{login}&action=get_live_streams"), 200, no),
        (format!("/player_api/{path}/get_live_categories"), 200, no),
        (format!("/get.php?{login}&type=m3u_plus"), 404, ""),
        (format!("/playlist/{path}"), 404, ""),
        (format!("/xmltv.php?{login}"), 401, ""),
        (format!("/epg/{path}"), 401, ""),
    ]
}

#[test]
fn a_blocked_address_gets_no_document_until_the_block_is_lifted() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({})).await;
        let former = tenant.line(json!({ "expiry": 1_000 })).await;
        let open = |(status, body): &(u16, String)| *status == 200 && !body.contains("\"auth\":0");
        for (path, ..) in documents(&line) {
            assert!(open(&heard(&tenant, BLOCKED, "player", &path).await), "{path}");
        }
        let entry = block(&tenant, "address", "127.0.9.0/24").await;
        for (path, status, body) in documents(&line) {
            assert_eq!(heard(&tenant, BLOCKED, "player", &path).await, (status, body.to_owned()), "{path}");
            assert!(open(&heard(&tenant, Ipv4Addr::new(127, 0, 8, 9), "player", &path).await), "{path}");
        }
        // Not even that the line's term is over.
        let (path, status, body) = documents(&former).swap_remove(0);
        assert_eq!(heard(&tenant, BLOCKED, "player", &path).await, (status, body.to_owned()));
        let lift = async |work: &mut Work| host_engine::record::delete(work, "block", entry).await;
        tenant.panel.engine().act(tenant.system(), "test", lift).await.unwrap();
        for (path, ..) in documents(&line) {
            assert!(open(&heard(&tenant, BLOCKED, "player", &path).await), "{path}");
        }
    });
}

#[test]
fn an_admin_keeps_each_list_by_itself_and_what_is_on_it_is_turned_away_at_once() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let (admin, line) = (tenant.admin(), tenant.line(json!({ "max_connections": 0 })).await);
        let (path, ..) = documents(&line).swap_remove(0);
        let is_in = async |agent: &str| !heard(&tenant, BLOCKED, agent, &path).await.1.contains("\"auth\":0");
        let (name, word) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        let channel = format!("/live/{name}/{word}/{}.ts", tenant.streams[0]);
        let plays = async |agent: &str| {
            let who = Who { agent, address: BLOCKED, ..Who::default() };
            Watcher::open(&tenant, who, &channel).await.status != 403
        };
        let address = admin.ok("add_blocked_ip", &[("ip", "127.0.9.9"), ("notes", "scans")]).await;
        assert_eq!((&address["ip"], &address["notes"]), (&json!("127.0.9.9/32"), &json!("scans")));
        assert!(!is_in("player").await);
        admin.ok("delete_blocked_ip", &[("id", &address["id"].to_string())]).await;
        assert!(is_in("player").await);
        let agent = admin.ok("add_blocked_ua", &[("ua", "BadPlayer")]).await;
        assert!(!plays("a badplayer/2").await && plays("player").await);
        admin.ok("add_blocked_isp", &[("isp", "Example Hosting")]).await;
        for (list, entry) in [("get_blocked_uas", "user_agent"), ("get_blocked_isps", "isp")] {
            let answer = admin.get(list, "").await;
            assert_eq!(answer["recordsTotal"], 1, "{list}: {answer}");
            assert!(answer["data"][0][entry].is_string(), "{list}: {answer}");
        }
        assert_eq!(admin.get("get_blocked_ips", "").await["recordsTotal"], 0);
        for network in ["127.0.9.9", "192.0.2.0/24"] {
            admin.ok("add_blocked_ip", &[("ip", network)]).await;
        }
        assert!(!is_in("player").await);
        assert_eq!(admin.ok("flush_blocked_ips", &[]).await["removed"], 2);
        assert!(is_in("player").await);
        assert_eq!(admin.get("get_blocked_ips", "").await["recordsTotal"], 0);
        assert_eq!(admin.refused("add_blocked_ip", &[("ip", "nowhere")]).await, "INVALID_INPUT");
        assert_eq!(
            admin.refused("delete_blocked_ip", &[("id", &agent["id"].to_string())]).await,
            "FAILURE",
            "of another list"
        );
        assert!(!plays("a badplayer/2").await);
        admin.ok("delete_blocked_ua", &[("id", &agent["id"].to_string())]).await;
        assert!(plays("a badplayer/2").await);
    });
}

#[test]
fn a_blocked_address_hears_the_same_with_a_right_and_a_wrong_password() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({ "username": "guest", "password": "right-one" })).await;
        block(&tenant, "address", "127.0.9.9/32").await;
        for (path, ..) in documents(&line) {
            let right = heard(&tenant, BLOCKED, "player", &path).await;
            assert_eq!(
                heard(&tenant, BLOCKED, "player", &path.replace("right-one", "wrong-one")).await,
                right,
                "{path}"
            );
        }
    });
}

#[test]
fn a_block_of_one_tenant_is_nothing_to_another() {
    run(async {
        let (with, without) = (TestPanel::shared().tenant(1).await, TestPanel::shared().tenant(1).await);
        block(&with, "address", "127.0.9.9/32").await;
        let line = without.line(json!({})).await;
        let path = format!("/player_api.php?{}", login(&line));
        assert!(heard(&without, BLOCKED, "player", &path).await.1.contains("\"auth\":1"));
    });
}

#[test]
fn a_blocked_player_reads_documents_and_starts_nothing() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({ "username": "guest", "password": "right-one" })).await;
        block(&tenant, "agent", "BadBox").await;
        let here = Ipv4Addr::LOCALHOST;
        let account = format!("/player_api.php?{}", login(&line));
        assert!(heard(&tenant, here, "BadBox 1.0", &account).await.1.contains("\"auth\":1"));
        let live = format!("/live/guest/right-one/{}.ts", tenant.streams[0]);
        assert_eq!(heard(&tenant, here, "BadBox 1.0", &live).await, (403, String::new()));
    });
}
