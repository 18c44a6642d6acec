//! What a panel really answers, at the paths that its documents name, against what they say of it.

use super::{check, operation};
use crate::panel::{TestPanel, TestTenant, login, run};
use crate::visitor::Visitor;
use reqwest::header::{CONTENT_TYPE, HOST};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The document of a surface, as the tenant's host serves it.
async fn document(tenant: &TestTenant, surface: &str) -> Value {
    tenant.json(&format!("/openapi/{surface}.json")).await
}

/// A request for an operation, where its document says that it is.
fn request(tenant: &TestTenant, document: &Value, id: &str, code: &str, query: &str) -> RequestBuilder {
    let (path, method, _) = operation(document, id);
    let path = path.replace("{code}", code);
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let url = format!("{}{path}{query}", tenant.panel.url);
    tenant.panel.http.request(method, url).header(HOST, &tenant.host)
}

/// Sends it, checks the answer, and returns it.
async fn answered(document: &Value, id: &str, request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let body = response.text().await.unwrap();
    check(document, id, status, &kind, &body);
    serde_json::from_str(&body).unwrap_or(Value::Null)
}

#[test]
fn a_panel_answers_at_the_documents_own_paths_as_they_say() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "100").await;
        let document = document(&tenant, "reseller").await;
        let code = tenant.made["reseller_access_code"].as_str().unwrap();
        let ask = |id: &str, by: &Visitor| request(&tenant, &document, id, code, "").bearer_auth(&by.key);
        let sell = json!({ "package": 1, "trial": false, "username": "customer1" });
        let sold = answered(&document, "create_line", ask("create_line", &seller).json(&sell)).await;
        assert_eq!(sold["data"]["username"], "customer1");
        let again = answered(
            &document,
            "create_line",
            ask("create_line", &seller).form(&[("package", "1"), ("trial", "0"), ("username", "customer1")]),
        )
        .await;
        assert_eq!(again["status"], "STATUS_EXISTS_USERNAME", "a refusal is an answer too");
        let would = answered(
            &document,
            "create_line",
            ask("create_line", &seller).json(&json!({ "package": 1, "trial": false })).header("dry-run", "1"),
        )
        .await;
        assert_eq!(would["dry_run"], true);
        for id in ["get_lines", "packages", "user_info"] {
            assert_eq!(answered(&document, id, ask(id, &seller)).await["status"], "STATUS_SUCCESS", "{id}");
        }
        let few = request(&tenant, &document, "get_lines", code, "?show_columns=id,username&limit=1")
            .bearer_auth(&seller.key);
        assert_eq!(
            answered(&document, "get_lines", few).await["data"],
            json!([{ "id": sold["data"]["id"], "username": "customer1" }])
        );
        let wrong = answered(
            &document,
            "get_line",
            request(&tenant, &document, "get_line", code, "?id=4000000").bearer_auth(&seller.key),
        );
        assert_eq!(wrong.await["status"], "STATUS_FAILURE");
        let stranger = request(&tenant, &document, "get_lines", code, "").bearer_auth("nobody");
        assert_eq!(answered(&document, "get_lines", stranger).await["error"], "Invalid API key.");
        answered(
            &document,
            "get_lines",
            request(&tenant, &document, "get_lines", "wrong-code", "").bearer_auth(&seller.key),
        )
        .await;
        // By GET nothing is written, whatever the path says.
        let (path, ..) = operation(&document, "delete_line");
        let path = path.replace("{code}", code);
        let refused = tenant.json(&format!("{path}?id={}&api_key={}", sold["data"]["id"], seller.key)).await;
        assert_eq!(refused["status"], "STATUS_NO_PERMISSIONS", "{refused}");
    });
}

#[test]
fn players_and_downloads_answer_as_their_documents_say() {
    run(async {
        let tenant = TestPanel::shared().tenant(2).await;
        let line = tenant.line(json!({ "username": "guest" })).await;
        let wrong = "?username=guest&password=wrong".to_owned();
        for (surface, id) in [
            ("player", "account"),
            ("player", "get_live_streams"),
            ("player", "get_live_categories"),
            ("player", "get_short_epg"),
            ("playlist", "playlist"),
            ("guide", "xmltv"),
        ] {
            let document = document(&tenant, surface).await;
            for query in [&format!("?{}", login(&line)), &wrong] {
                answered(&document, id, request(&tenant, &document, id, "", query)).await;
            }
        }
        let document = document(&tenant, "player").await;
        let streams = request(&tenant, &document, "get_live_streams", "", &format!("?{}", login(&line)));
        assert_eq!(answered(&document, "get_live_streams", streams).await.as_array().map(Vec::len), Some(2));
        let expired = tenant.line(json!({ "username": "past", "expiry": 1_000_000 })).await;
        let expired = request(&tenant, &document, "get_live_streams", "", &format!("?{}", login(&expired)));
        let account = answered(&document, "get_live_streams", expired).await;
        assert_eq!(account["user_info"]["status"], "Expired", "it answers as another action, as the document says");
    });
}

/// A tenant with a surface of another manner, and its document.
async fn with_surface(name: &str, file: &str) -> (TestTenant, Value) {
    let tenant = TestPanel::shared().tenant(1).await;
    let runtime = &tenant.panel.panel.runtime;
    runtime.install(tenant.system(), std::fs::read(file).unwrap().into()).await.unwrap();
    runtime.grant(tenant.system(), name, &[], None).await.unwrap();
    tenant.admin().ok("edit_settings", &[("docs", "all")]).await;
    let document = document(&tenant, name).await;
    (tenant, document)
}

#[test]
fn a_rest_api_answers_by_outcome_and_version_as_its_document_says() {
    run(async {
        let (tenant, document) = with_surface("rest", env!("SURFACE_REST")).await;
        let key = tenant.made["admin_api_key"].as_str().unwrap();
        let ask = |id: &str| request(&tenant, &document, id, "", "").bearer_auth(key);
        let made = answered(&document, "create_line", ask("create_line").json(&json!({ "username": "anna" }))).await;
        let id = made["data"]["id"].to_string();
        answered(&document, "create_line", ask("create_line").json(&json!({ "username": "anna" }))).await;
        answered(
            &document,
            "create_line",
            ask("create_line").json(&json!({ "username": "anna" })).header("accept", "application/problem+json"),
        )
        .await;
        answered(
            &document,
            "create_line",
            ask("create_line").json(&json!({ "username": "bea" })).header("dry-run", "1"),
        )
        .await;
        answered(&document, "list_lines", ask("list_lines")).await;
        let (path, ..) = operation(&document, "edit_line");
        let url = format!("{}{}", tenant.panel.url, path.replace("{id}", &id));
        let edit = |version: &str| {
            let request = tenant.panel.http.patch(&url).header(HOST, &tenant.host).bearer_auth(key);
            request.header("if-match", version).json(&json!({ "seats": 2 }))
        };
        answered(&document, "edit_line", edit("\"1\"")).await;
        answered(&document, "edit_line", edit("\"1\"")).await;
        answered(&document, "get_line", tenant.panel.http.get(&url).header(HOST, &tenant.host).bearer_auth(key)).await;
        answered(&document, "delete_line", tenant.panel.http.delete(&url).header(HOST, &tenant.host).bearer_auth(key))
            .await;
        answered(&document, "delete_line", tenant.panel.http.delete(&url).header(HOST, &tenant.host).bearer_auth(key))
            .await;
    });
}

#[test]
fn two_words_in_a_path_name_an_action() {
    run(async {
        let (tenant, document) = with_surface("php", env!("SURFACE_PHP")).await;
        let key = tenant.made["admin_api_key"].as_str().unwrap();
        let ask = |id: &str, query: &str| request(&tenant, &document, id, "", query).bearer_auth(key);
        let form = [("user_data[username]", "anna"), ("user_data[max_connections]", "2")];
        let made = answered(&document, "user_create", ask("user_create", "").form(&form)).await;
        assert_eq!((&made["result"], &made["username"]), (&json!(true), &json!("anna")));
        let id = made["created_id"].to_string();
        let shown = answered(&document, "user_info", ask("user_info", &format!("?id={id}"))).await;
        assert_eq!(shown["user_info"]["max_connections"], 2);
        let none = answered(&document, "user_info", ask("user_info", "?id=4000000")).await;
        assert_eq!(none["error"], "NOT EXISTS");
        let edit = [("id", id.as_str()), ("user_data[admin_notes]", "x")];
        assert_eq!(answered(&document, "user_edit", ask("user_edit", "").form(&edit)).await, json!({ "result": true }));
        answered(&document, "user_info", request(&tenant, &document, "user_info", "", "?id=1&api_pass=wrong")).await;
    });
}
