//! What every request meets first: hosts, methods, limits of size, health.

use crate::client::{get, head, post};
use crate::panel::Panel;
use host_http::Config;
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_tenant_is_found_by_exactly_one_host_name() {
    let panel = Panel::new().await;
    for (host, status) in
        [("TV.test:8080", 200), ("127.0.0.1", 200), ("localhost", 200), ("elsewhere.test", 421), ("a b", 400)]
    {
        assert_eq!(panel.send(get("/player_api.php").header("host", host)).await.status, status, "{host}");
    }
    assert_eq!(panel.send(get("/player_api.php").and_header("host", "tv.test")).await.status, 400);
    // An access code names its tenant by itself.
    let coded = get(panel.admin("action=read")).header("host", "elsewhere.test");
    assert_eq!(panel.send(coded).await.json()["error"], "Invalid API key.");
}

#[tokio::test]
async fn unknown_methods_paths_and_sizes_are_answered_plainly() {
    let panel = Panel::new().await;
    assert_eq!(panel.send(get("/nothing")).await.status, 404);
    assert_eq!(panel.send(head("/player_api.php")).await.status, 200);
    assert_eq!(panel.send(get("/player_api.php").method("DELETE")).await.status, 405);
    let options = panel.send(get("/player_api.php").method("OPTIONS")).await;
    assert_eq!((options.status, options.body.len()), (204, 0));
    assert_eq!(panel.send(get(format!("/{}", "a".repeat(9_000)))).await.status, 414);
    assert_eq!(panel.send(get("/player_api.php").header("x-large", &"a".repeat(20_000))).await.status, 431);
    let many = (0..120).fold(get("/player_api.php"), |request, at| request.header(&format!("x-{at}"), "1"));
    assert_eq!(panel.send(many).await.status, 431);
    assert_eq!(panel.send(post("//player_api.php", "")).await.status, 200);
}

#[tokio::test]
async fn players_in_browsers_are_allowed_only_when_the_tenant_says_so() {
    let panel = Panel::new().await;
    let answer = panel.send(get("/player_api.php").header("origin", "https://player.test")).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    panel.edit_settings(json!({"player_cors": true})).await;
    let answer = panel.send(get("/player_api.php").header("origin", "https://player.test")).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let admin = panel.send(get(panel.admin("")).header("origin", "https://player.test")).await;
    assert_eq!((admin.status, admin.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn a_listener_answers_only_the_surfaces_that_it_is_for() {
    let panel = Panel::for_surfaces(&["admin"]).await;
    assert_eq!(panel.send(get(panel.admin(""))).await.status, 200);
    assert_eq!(panel.send(get("/player_api.php")).await.status, 404);
    assert_eq!(panel.send(get(format!("/live/ann/s3cret+pw/{}", panel.live))).await.status, 404);
}

#[tokio::test]
async fn the_end_lets_a_running_response_go_on_for_its_time_and_then_cuts_it_off() {
    let mut panel = Panel::with(Config { drain: Some(Duration::from_millis(200)), ..Config::default() }).await;
    let mut open = get(format!("/live/ann/s3cret+pw/{}", panel.live)).open(panel.address).await;
    assert!(open.reads(1_000).await);
    panel.end().await;
    open.reads_to_end().await;
    assert!(TcpStream::connect(panel.address).await.is_err());
}

#[tokio::test]
async fn health_is_answered_beside_the_panel_only() {
    let panel = Panel::new().await;
    assert_eq!(get("/health/live").send(panel.management).await.status, 200);
    assert_eq!(get("/health/ready").send(panel.management).await.status, 200);
    assert_eq!(get("/metrics").send(panel.management).await.status, 200);
    assert_eq!(panel.send(get("/health/live")).await.status, 404);
    assert_eq!(get("/player_api.php").send(panel.management).await.status, 404);
}

#[tokio::test]
async fn a_suspended_panel_answers_nothing_within_a_second() {
    let panel = Panel::new().await;
    assert_eq!(panel.send(get("/player_api.php")).await.status, 200);
    host_engine::tenant::suspend(&panel.engine, "test", "one").await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    for target in ["/player_api.php".to_owned(), panel.admin(""), format!("/live/ann/s3cret+pw/{}", panel.live)] {
        assert_eq!(panel.send(get(target)).await.status, 503);
    }
}

#[tokio::test]
async fn a_trusted_proxy_names_the_client_and_nobody_else_does() {
    let proxy = "127.0.0.3/32".parse().unwrap();
    let panel = Panel::with(Config { trusted_proxies: vec![proxy], ..Config::default() }).await;
    let target = "/player_api.php?username=ann&password=s3cret%2Bpw";
    let seen =
        |from| get(target).header("x-forwarded-for", "203.0.113.9").header("x-forwarded-proto", "https").from(from);
    let through = panel.send(seen([127, 0, 0, 3])).await.json();
    assert_eq!(
        (&through["request"]["address"], &through["request"]["scheme"]),
        (&json!("203.0.113.9"), &json!("https"))
    );
    let direct = panel.send(seen([127, 0, 0, 4])).await.json();
    assert_eq!((&direct["request"]["address"], &direct["request"]["scheme"]), (&json!("127.0.0.4"), &json!("http")));
}
