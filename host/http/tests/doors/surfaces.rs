//! Requests to surfaces: sign-in, parameters, rights, limits, and the surface's own voice.

use crate::client::{get, head, post};
use crate::panel::Panel;
use serde_json::json;

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";

#[tokio::test]
async fn a_line_signs_in_by_query_form_and_raw_plus_and_gets_the_account() {
    let panel = Panel::new().await;
    for request in [
        get(ANN),
        get("/player_api.php?username=ann&password=s3cret+pw&_=17"),
        post("/player_api.php", "username=ann&password=s3cret%2Bpw"),
        post("/player_api.php?username=ann&password=s3cret%2Bpw&action=get_profile", ""),
    ] {
        let answer = panel.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let call = answer.json();
        assert_eq!(call["action"], "account");
        assert_eq!(call["caller"]["line"], panel.line.0);
        assert_eq!(call["request"]["host"], "tv.test");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-request-id"), call["request"]["id"].as_str());
    }
}

#[tokio::test]
async fn a_wrong_password_sounds_as_the_surface_says_and_as_the_tenant_set() {
    let panel = Panel::new().await;
    for target in
        ["/player_api.php?username=ann&password=wrong", "/player_api.php?username=nobody&password=x", "/player_api.php"]
    {
        let answer = panel.send(get(target)).await;
        assert_eq!((answer.status, answer.text()), (200, r#"{"user_info":{"auth":0}}"#), "{target}");
    }
    panel.edit_settings(json!({"auth_failed_status": 401})).await;
    let answer = panel.send(get("/player_api.php?username=ann&password=wrong")).await;
    assert_eq!((answer.status, answer.text()), (401, r#"{"user_info":{"auth":0}}"#));
}

#[tokio::test]
async fn an_expired_line_gets_the_account_document_whatever_it_asks() {
    let panel = Panel::new().await;
    let answer = panel.send(get("/player_api.php?username=old&password=s3cret%2Bpw&action=list")).await;
    assert_eq!((answer.status, &answer.json()["action"]), (200, &json!("account")));
}

#[tokio::test]
async fn an_action_is_found_by_alias_and_its_parameters_are_coerced() {
    let panel = Panel::new().await;
    let answer = panel.send(get(format!("{ANN}&action=202&category_id=7"))).await;
    assert_eq!(answer.json()["action"], "list");
    assert_eq!(answer.json()["parameters"], json!({"category_id": 7}));
    let lenient = panel.send(get(format!("{ANN}&action=list&category_id=abc"))).await;
    assert_eq!(lenient.json()["parameters"], json!({}));
}

#[tokio::test]
async fn a_class_over_its_budget_answers_429_with_a_time_to_come_back() {
    let panel = Panel::new().await;
    for _ in 0..3 {
        assert_eq!(panel.send(get(format!("{ANN}&action=list"))).await.status, 200);
    }
    let over = panel.send(get(format!("{ANN}&action=list"))).await;
    assert_eq!(over.status, 429);
    assert_eq!(over.header("retry-after"), Some("1"));
    assert_eq!(over.header("x-ratelimit-limit"), Some("3"));
    // Another class, and another address, have budgets of their own.
    assert_eq!(panel.send(get(ANN)).await.status, 200);
    assert_eq!(panel.send(get(format!("{ANN}&action=list")).from([127, 0, 0, 9])).await.status, 200);
}

#[tokio::test]
async fn a_panel_answers_in_its_envelope_and_trims_columns() {
    let panel = Panel::new().await;
    let key = &panel.admin_key;
    let answer = panel.send(get(panel.admin(&format!("api_key={key}&action=read&hide_columns=caller")))).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["status"], "STATUS_SUCCESS");
    assert_eq!(body["data"], json!({"surface": "admin", "action": "read"}));
    assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let bearer = get(panel.admin("action=read")).header("authorization", &format!("Bearer {key}"));
    assert_eq!(panel.send(bearer).await.json()["data"]["caller"]["role"], "admin");
}

#[tokio::test]
async fn wrong_keys_and_actions_say_the_words_that_old_clients_match_on() {
    let panel = Panel::new().await;
    let key = &panel.admin_key;
    for (query, error) in [
        ("api_key=wrong&action=read".to_owned(), "Invalid API key."),
        ("action=read".to_owned(), "Invalid API key."),
        (format!("api_key={key}&action=nothing"), "Invalid action."),
        (format!("api_key={key}"), "Invalid action."),
    ] {
        let answer = panel.send(get(panel.admin(&query))).await;
        assert_eq!((answer.status, &answer.json()["error"]), (200, &json!(error)), "{query}");
        assert_eq!(answer.json()["status"], "STATUS_FAILURE");
    }
    let twice = panel
        .send(get(panel.admin(&format!("api_key={key}&action=read"))).header("authorization", "Bearer other"))
        .await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn a_write_needs_post_and_its_parameters() {
    let panel = Panel::new().await;
    let key = &panel.admin_key;
    let by_get = panel.send(get(panel.admin(&format!("api_key={key}&action=write&package=1")))).await;
    assert_eq!(by_get.json()["status"], "STATUS_FAILURE");
    assert!(by_get.json()["error"].as_str().unwrap().contains("POST"));
    let by_head = panel.send(head(panel.admin(&format!("api_key={key}&action=write&package=1")))).await;
    assert_eq!((by_head.status, by_head.body.len()), (200, 0));
    let bad = panel.send(post(panel.admin(""), &format!("api_key={key}&action=write&package=x"))).await;
    assert_eq!(bad.json()["status"], "STATUS_INVALID_PACKAGE");
    let good =
        panel.send(post(panel.admin(""), &format!("api_key={key}&action=write&package=5&ids[]=1&ids[]=2"))).await;
    assert_eq!(good.json()["data"]["parameters"], json!({"package": 5, "ids": [1, 2]}));
    assert_eq!(good.json()["data"]["dry_run"], false);
    let dry = post(panel.admin(""), &format!("api_key={key}&action=write&package=5")).header("dry-run", "1");
    let dry = panel.send(dry).await.json();
    assert_eq!((&dry["dry_run"], &dry["data"]["dry_run"]), (&json!(true), &json!(true)));
    let not_ours = panel.send(get(panel.admin(&format!("api_key={key}&action=for_resellers")))).await;
    assert_eq!(not_ours.json()["status"], "STATUS_FAILURE");
}

#[tokio::test]
async fn an_idempotency_key_that_is_none_is_refused_before_the_write() {
    let panel = Panel::new().await;
    let key = &panel.admin_key;
    let write = || post(panel.admin(""), &format!("api_key={key}&action=write&package=5"));
    let long = "k".repeat(256);
    for bad in ["", "caf\u{e9}", "two words", &long] {
        let answer = panel.send(write().header("idempotency-key", bad)).await.json();
        assert_eq!(answer["status"], "STATUS_FAILURE", "{bad:?}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains("1 to 255 visible ASCII"), "{answer}");
    }
    let by_form = format!("api_key={key}&action=write&package=5&idempotency_key=");
    assert_eq!(panel.send(post(panel.admin(""), &by_form)).await.json()["status"], "STATUS_FAILURE");
    let two = write().header("idempotency-key", "a").and_header("idempotency-key", "b");
    assert_eq!(panel.send(two).await.status, 400);
    let first = panel.send(write().header("idempotency-key", "k-1")).await.json();
    let again = panel.send(write().header("idempotency-key", "k-1")).await.json();
    assert_eq!((&first["status"], &first["data"]), (&json!("STATUS_SUCCESS"), &again["data"]), "{first} {again}");
}

#[tokio::test]
async fn a_write_is_refused_for_a_parameter_that_it_does_not_take() {
    let panel = Panel::new().await;
    let (key, old) = (&panel.admin_key, panel.key(json!({"compatible": true})).await);
    let write = |key: &str| post(panel.admin("x=1"), &format!("api_key={key}&action=write&package=5&pakage=1&ids[]=1"));
    let refused = panel.send(write(key)).await.json();
    let error = refused["error"].as_str().unwrap();
    assert!(error.contains("takes no x, pakage;") && error.contains("ids, package"), "{refused}");
    let taken = panel.send(write(&old)).await.json();
    assert_eq!((&taken["status"], &taken["ignored"]), (&json!("STATUS_SUCCESS"), &json!(["x", "pakage"])));
    // A read passes over what it does not know.
    let read = panel.send(get(panel.admin(&format!("api_key={key}&action=read&x=1&_=17")))).await.json();
    assert_eq!((&read["status"], &read["ignored"]), (&json!("STATUS_SUCCESS"), &json!(null)));
}

#[tokio::test]
async fn a_list_of_columns_longer_than_any_reply_has_is_refused_in_the_surface_s_voice() {
    let panel = Panel::new().await;
    let names = vec!["a"; 31_000].join(",");
    for list in ["show_columns", "hide_columns"] {
        let form = format!("api_key={}&action=read&{list}={names}", panel.admin_key);
        let answer = panel.send(post(panel.admin(""), &form)).await;
        assert_eq!(answer.json()["status"], "STATUS_FAILURE");
        assert!(answer.json()["error"].as_str().unwrap().contains(list), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_unknown_access_code_is_an_unknown_path() {
    let panel = Panel::new().await;
    let unknown = panel.send(get("/abcdefgh/admin/index.php?action=read")).await;
    let nothing = panel.send(get("/abcdefgh/nothing")).await;
    assert_eq!((unknown.status, unknown.body), (404, nothing.body));
    // The code of another surface does not open this one either.
    let other = panel.send(get(format!("/{}/reseller/index.php", panel.admin_code))).await;
    assert_eq!(other.status, 404);
}

#[tokio::test]
async fn malformed_requests_are_answered_with_400_in_the_surface_s_voice() {
    let panel = Panel::new().await;
    let key = &panel.admin_key;
    let twice = panel.send(get(panel.admin(&format!("api_key={key}&action=read&action=write")))).await;
    assert_eq!((twice.status, &twice.json()["status"]), (400, &json!("STATUS_FAILURE")));
    let flood = panel.send(post(panel.admin(""), &"a=1&".repeat(1_001))).await;
    assert_eq!(flood.status, 400);
    let large = panel.send(post(panel.admin(""), &format!("a={}", "x".repeat(70_000)))).await;
    assert_eq!((large.status, &large.json()["status"]), (413, &json!("STATUS_FAILURE")));
}

#[tokio::test]
async fn a_kept_body_is_sent_in_the_coding_that_the_client_takes_and_known_again() {
    let panel = Panel::new().await;
    let all = || get(format!("{ANN}&action=everything"));
    let plain = panel.send(all().header("range", "bytes=0-")).await;
    assert_eq!((plain.status, plain.header("content-length")), (200, Some("100000")));
    assert_eq!(plain.text(), "0123456789".repeat(10_000));
    assert_eq!(plain.header("content-type"), Some("text/plain"));
    let gzip = panel.send(all().header("accept-encoding", "gzip")).await;
    assert_eq!((gzip.header("content-encoding"), gzip.body.get(..2)), (Some("gzip"), Some(&[0x1f, 0x8b][..])));
    let zstd = panel.send(all().header("accept-encoding", "gzip, zstd")).await;
    assert_eq!(zstd.header("content-encoding"), Some("zstd"));
    let tag = zstd.header("etag").unwrap();
    assert_ne!(gzip.header("etag").unwrap(), tag);
    let again = panel.send(all().header("accept-encoding", "zstd").header("if-none-match", tag)).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag)));
    let only_head = panel.send(head(format!("{ANN}&action=everything"))).await;
    assert_eq!((only_head.status, only_head.header("content-length"), only_head.body.len()), (200, Some("100000"), 0));
}

#[tokio::test]
async fn a_spliced_body_has_the_values_of_the_line_that_asks() {
    let panel = Panel::new().await;
    let answer = panel.send(get(format!("{ANN}&action=personal")).header("accept-encoding", "gzip")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (200, None));
    assert!(answer.text().contains("\nusername ann\npassword s3cret+pw\n"), "{}", answer.text());
}

#[tokio::test]
async fn a_line_with_a_list_of_addresses_is_answered_from_there_only() {
    let panel = Panel::new().await;
    panel.edit_line(json!({"allowed_addresses": ["127.0.0.5/32"]})).await;
    assert_eq!(panel.send(get(ANN)).await.status, 400);
    assert_eq!(panel.send(get(ANN).from([127, 0, 0, 5])).await.status, 200);
}

#[tokio::test]
async fn a_fault_of_a_plugin_is_told_by_its_incident_and_by_nothing_else() {
    let panel = Panel::new().await;
    let answer = panel.send(get(panel.admin(&format!("api_key={}&action=breaks", panel.admin_key)))).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["status"]), (500, &json!("STATUS_FAILURE")));
    let incident = answer.header("x-request-id").unwrap();
    let error = body["error"].as_str().unwrap();
    assert!(error.contains(incident) && !error.contains("unreachable") && !error.contains("wasm"), "{error}");
    // The panel goes on.
    assert_eq!(panel.send(get(ANN)).await.status, 200);
}
