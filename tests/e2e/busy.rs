//! More calls at once than a tenant may have: the one too many hears so at once, in the voice of its surface, and goes
//! through once there is room.

use crate::panel::{TestPanel, TestTenant, fields, login, run};
use crate::probes::guest::{Guest, REPLY, data};
use crate::watcher::until;
use reqwest::Response;
use reqwest::header::{HOST, RETRY_AFTER};
use serde_json::{Value, json};

const BEGUN: &str = "begun";

/// A plugin whose one action says that it has begun, and runs until nobody wants its answer any more.
fn waiting() -> Guest {
    Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: data(8192, REPLY) + &data(9000, BEGUN),
        ..Guest::with_action(
            format!(
                "(call $log (i32.const 1) (i32.const 9000) (i32.const {})) (loop $more (br $more)) (unreachable)",
                BEGUN.len()
            ),
            json!({ "budget": "job" }),
        )
    }
}

async fn post(tenant: &TestTenant, path: &str) -> Response {
    let request = tenant.panel.http.post(format!("{}{path}", tenant.panel.url)).header(HOST, &tenant.host);
    request.send().await.unwrap()
}

/// The call was turned away and may come again in a second; what it was told.
async fn turned_away(answer: Response) -> String {
    let told = answer.headers().get(RETRY_AFTER).map(|seconds| seconds.to_str().unwrap());
    assert_eq!((answer.status().as_u16(), told), (503, Some("1")));
    answer.text().await.unwrap()
}

fn json_of(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_call_too_many_is_turned_away_in_the_voice_of_its_surface() {
    run(async {
        let panel = TestPanel::shared();
        let (tenant, neighbour) = (panel.tenant(1).await, panel.tenant(1).await);
        let line = tenant.line(json!({ "username": "guest" })).await;
        let shop = tenant.reseller("shop", "0").await;
        let quota = fields(json!({ "concurrent_calls": 1 }));
        host_engine::tenant::set(panel.engine(), "test", &tenant.name, &quota).await.unwrap();
        let runtime = &panel.panel.runtime;
        // It lays the routes out anew, with the quota.
        runtime.install(tenant.system(), waiting().file().into()).await.unwrap();
        runtime.grant(tenant.system(), "probe", &[], None).await.unwrap();
        let account = format!("/player_api.php?{}", login(&line));
        assert_eq!(tenant.get(&account).await.status(), 200, "one at a time");

        let first = panel.http.post(format!("{}/x/probe/go", panel.url)).header(HOST, &tenant.host).send();
        let first = tokio::spawn(first);
        let begun = || runtime.logs(tenant.id, "probe").iter().any(|line| line.message == BEGUN);
        until("the first call runs", begun).await;

        let own = json_of(turned_away(post(&tenant, "/x/probe/go").await).await);
        assert!(own["error"].as_str().unwrap().contains("busy"), "{own}");
        let panels = format!("{}?api_key={}&action=user_info", shop.url.trim_start_matches(&panel.url), shop.key);
        let panels = json_of(turned_away(post(&tenant, &panels).await).await);
        assert_eq!(panels["status"], "STATUS_FAILURE", "{panels}");
        assert!(panels["error"].is_string() && panels["request_id"].is_string(), "{panels}");
        assert_eq!(turned_away(tenant.get(&account).await).await, "", "players read the status alone");
        assert_eq!(neighbour.get("/player_api.php").await.status(), 200, "another tenant has calls of its own");

        // The guest ends with the client that wanted its answer.
        first.abort();
        crate::watcher::soon("there is room again", async {
            while tenant.get(&account).await.status() != 200 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
    });
}
