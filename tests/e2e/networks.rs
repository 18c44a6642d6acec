//! Locks and block lists by network operator and country, at the doors of a panel with MaxMind
//! files behind a proxy that says where a player is.

use crate::panel::{TestPanel, TestTenant, run};
use crate::watcher::{Watcher, Who};
use linecard::config::Config;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Two addresses of one operator, one of another, and one that is in no file.
const TELSTRA: [&str; 2] = ["1.128.0.1", "1.159.255.254"];
const AT_AND_T: &str = "12.87.118.1";
const UNKNOWN: &str = "192.0.2.1";
const BRITAIN: &str = "81.2.69.160";
const SWEDEN: &str = "89.160.20.112";
/// Nobody's proxy.
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

static PANEL: OnceCell<TestPanel> = OnceCell::const_new();

async fn panel() -> &'static TestPanel {
    PANEL.get_or_init(start).await
}

async fn start() -> TestPanel {
    let folder = TempDir::new().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/engine/tests/data");
    let mut config = Config::default();
    config.media.isp_database = Some(data.join("GeoIP2-ISP-Test.mmdb"));
    config.media.country_database = Some(data.join("GeoLite2-Country-Test.mmdb"));
    config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    TestPanel::open(folder, config).await
}

/// What a player at this address hears when it opens the channel: 200 when it plays.
async fn opens(tenant: &TestTenant, proxy: Ipv4Addr, address: &str, line: &Value) -> u16 {
    let (name, password) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
    let path = format!("/live/{name}/{password}/{}.ts", tenant.streams[0]);
    let who = Who { address: proxy, ..Who::default() };
    let mut answer = Watcher::ask(tenant, who, "GET", &path, &format!("X-Forwarded-For: {address}\r\n")).await;
    assert_eq!(answer.plays().await, answer.status == 200);
    answer.status
}

async fn from(tenant: &TestTenant, address: &str, line: &Value) -> u16 {
    opens(tenant, Ipv4Addr::LOCALHOST, address, line).await
}

#[test]
fn a_locked_line_is_bound_to_the_operator_of_its_first_start() {
    run(async {
        let tenant = panel().await.tenant(1).await;
        let line = tenant.line(json!({ "isp_lock": true, "max_connections": 9 })).await;
        let free = tenant.line(json!({ "max_connections": 9 })).await;
        assert_eq!(from(&tenant, UNKNOWN, &line).await, 200, "nothing is learnt from an unknown network");
        assert_eq!(from(&tenant, TELSTRA[0], &line).await, 200);
        assert_eq!(from(&tenant, TELSTRA[1], &line).await, 200, "another address of the same operator");
        assert_eq!(from(&tenant, AT_AND_T, &line).await, 403);
        assert_eq!(from(&tenant, UNKNOWN, &line).await, 403);
        let untrusted = opens(&tenant, STRANGER, TELSTRA[0], &line).await;
        assert_eq!(untrusted, 403, "who is no proxy cannot say where they are");
        for address in [TELSTRA[0], AT_AND_T, UNKNOWN] {
            assert_eq!(from(&tenant, address, &free).await, 200, "without the lock, from {address}");
        }
    });
}

#[test]
fn a_blocked_operator_and_a_wrong_country_are_refused() {
    run(async {
        let tenant = panel().await.tenant(1).await;
        let line = tenant.line(json!({ "max_connections": 9 })).await;
        assert_eq!(from(&tenant, TELSTRA[0], &line).await, 200);
        tenant.record("block", json!({ "kind": "isp", "value": "telstra internet" })).await;
        assert_eq!(from(&tenant, TELSTRA[0], &line).await, 403);
        assert_eq!(from(&tenant, AT_AND_T, &line).await, 200);

        let local = tenant.line(json!({ "country": "GB", "max_connections": 9 })).await;
        assert_eq!(from(&tenant, BRITAIN, &local).await, 200);
        assert_eq!(from(&tenant, SWEDEN, &local).await, 403);
        assert_eq!(from(&tenant, UNKNOWN, &local).await, 403, "a country lock wants to know");
        assert_eq!(from(&tenant, SWEDEN, &line).await, 200);
        let account = tenant.account(local["username"].as_str().unwrap(), local["password"].as_str().unwrap()).await;
        assert_eq!(account["auth"], 1, "documents are read from anywhere");
    });
}
