//! The example with documents of its own, through the doors: made, kept once, listed page by page, changed, and gone
//! with nothing of another tenant.

use crate::panel::{TestPanel, TestTenant, login, run};
use host_runtime::PluginStatus;
use reqwest::header::HOST;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const WISHES: &str = env!("EXAMPLE_WISHES");

/// A tenant in which the example is installed and granted.
async fn hotel() -> TestTenant {
    let tenant = TestPanel::shared().tenant(1).await;
    let runtime = &tenant.panel.panel.runtime;
    let installed = runtime.install(tenant.system(), std::fs::read(WISHES).unwrap().into()).await.unwrap();
    let PluginStatus::WaitingForGrant { missing } = installed.status else { panic!("{installed:?}") };
    assert!(missing.iter().any(|asked| asked == "collections:wishes"), "{missing:?}");
    runtime.grant(tenant.system(), "wishes", &[], None).await.unwrap();
    tenant
}

fn asked(tenant: &TestTenant, method: Method, path: &str) -> RequestBuilder {
    tenant.panel.http.request(method, format!("{}/x/wishes{path}", tenant.panel.url)).header(HOST, &tenant.host)
}

fn by_admin(tenant: &TestTenant, method: Method, path: &str) -> RequestBuilder {
    asked(tenant, method, path).bearer_auth(tenant.made["admin_api_key"].as_str().unwrap())
}

async fn told(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn texts(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|wish| wish["text"].as_str().unwrap()).collect()
}

#[test]
fn what_guests_wish_for_is_listed_once_and_page_by_page() {
    run(async {
        let hotel = hotel().await;
        let guest = hotel.line(json!({ "username": "room-12" })).await;
        let wish = |text: &str| asked(&hotel, Method::POST, &format!("/wishes?{}&text={text}", login(&guest)));
        for text in ["tea", "towels", "a-taxi"] {
            let (status, made) = told(wish(text)).await;
            assert_eq!((status, &made["data"]["room"]), (200, &json!("room-12")), "{made}");
        }
        let (status, twice) = told(wish("tea")).await;
        assert_eq!((status, &twice["code"]), (409, &json!("name_taken")), "{twice}");

        let (_, first) = told(by_admin(&hotel, Method::GET, "/wishes?limit=2")).await;
        let next = first["next"].as_str().unwrap();
        let (_, second) = told(by_admin(&hotel, Method::GET, &format!("/wishes?limit=2&cursor={next}"))).await;
        assert_eq!([texts(&first), texts(&second)].concat(), ["tea", "towels", "a-taxi"]);
        assert_eq!(second["next"], Value::Null);

        let done = format!("/wishes/{}/done", first["data"][1]["id"]);
        let (status, changed) = told(by_admin(&hotel, Method::POST, &done)).await;
        assert_eq!((status, &changed["data"]["state"]), (200, &json!("done")), "{changed}");
        let (_, open) = told(by_admin(&hotel, Method::GET, "/wishes")).await;
        let (_, fulfilled) = told(by_admin(&hotel, Method::GET, "/wishes?state=done")).await;
        assert_eq!((texts(&open), texts(&fulfilled)), (vec!["tea", "a-taxi"], vec!["towels"]));
        let (status, missing) = told(by_admin(&hotel, Method::POST, "/wishes/999999/done")).await;
        assert_eq!((status, &missing["code"]), (404, &json!("not_found")));
        let (status, wrong) = told(by_admin(&hotel, Method::GET, "/wishes?cursor=zz")).await;
        assert_eq!((status, &wrong["code"]), (422, &json!("invalid_input")), "{wrong}");
    });
}

#[test]
fn a_tenant_sees_no_wish_of_another_and_a_dry_run_makes_none() {
    run(async {
        let (here, there) = (hotel().await, hotel().await);
        let guest = here.line(json!({ "username": "room-12" })).await;
        let wish = |text: &str| asked(&here, Method::POST, &format!("/wishes?{}&text={text}", login(&guest)));
        assert_eq!(told(wish("tea").header("dry-run", "1")).await.0, 200);
        assert!(texts(&told(by_admin(&here, Method::GET, "/wishes")).await.1).is_empty());
        let (_, made) = told(wish("tea")).await;
        assert_eq!(told(by_admin(&here, Method::GET, "/wishes")).await.1["data"][0]["id"], made["data"]["id"]);
        assert!(texts(&told(by_admin(&there, Method::GET, "/wishes")).await.1).is_empty());
        let (status, _) = told(by_admin(&there, Method::POST, &format!("/wishes/{}/done", made["data"]["id"]))).await;
        assert_eq!(status, 404);
    });
}
