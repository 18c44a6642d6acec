//! What every request meets first: hosts, methods, limits of size, health.

use crate::client::{get, head, post};
use crate::elsewhere::UNMAPPED;
use crate::panel::Panel;
use host_http::{Config, Listener};
use serde_json::json;
use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
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
async fn a_panel_that_can_serve_no_tenant_is_not_ready_and_says_what_to_do() {
    let panel = Panel::new().await;
    let database = panel.database();
    std::fs::rename(&database, database.with_extension("aside")).unwrap();
    let ready = get("/health/ready").send(panel.management).await;
    let trouble = "its database is missing; stop the panel and restore it from a backup";
    let wanted = format!("no tenant can be served\ndegraded: tenant one: {trouble}\n");
    assert_eq!((ready.status, ready.text().to_owned()), (503, wanted));
    assert_eq!(get("/health/live").send(panel.management).await.status, 200);
    std::fs::rename(database.with_extension("aside"), &database).unwrap();
    assert_eq!(get("/health/ready").send(panel.management).await.text(), "ready\n");
}

#[tokio::test]
async fn plugins_that_break_are_told_beside_a_process_that_is_ready() {
    let panel = Panel::new().await;
    assert_eq!(get("/health/ready").send(panel.management).await.text(), "ready\n");
    let breaks = panel.admin(&format!("action=breaks&api_key={}", panel.admin_key));
    for _ in 0..5 {
        let answer = panel.send(get(breaks.clone())).await.json();
        assert!(answer["error"].as_str().unwrap().contains("incident"), "{answer}");
    }
    let ready = get("/health/ready").send(panel.management).await;
    assert_eq!(
        (ready.status, ready.text()),
        (200, "ready\ndegraded: plugins with an open breaker: 1; see linecard plugin list\n")
    );
}

#[tokio::test]
async fn a_panic_costs_one_request_and_is_answered_with_an_incident() {
    let panel = Panel::new().await;
    let watch = || get(format!("/live/ann/s3cret+pw/{}", panel.live));
    let broken = panel.send(watch().from(UNMAPPED.octets())).await;
    let incident = broken.header("x-request-id").unwrap();
    assert_eq!(broken.status, 500);
    assert_eq!(broken.text(), format!("Something broke here. Tell the operator this incident: {incident}.\n"));
    assert_eq!(watch().open(panel.address).await.status, 200);
}

#[tokio::test]
async fn a_panic_on_the_management_listener_costs_one_request_too() {
    let panel =
        Panel::with(Config { metrics: Some(Arc::new(|| panic!("this test wants a panic"))), ..Config::default() });
    let panel = panel.await;
    assert_eq!(get("/metrics").send(panel.management).await.status, 500);
    assert_eq!(get("/health/ready").send(panel.management).await.status, 200);
}

#[tokio::test]
async fn panels_are_answered_to_who_can_be_overheard_only_when_that_is_forced() {
    for (insecure_panel, status) in [(false, 403), (true, 200)] {
        let everywhere = Listener::plain("0.0.0.0:0".parse().unwrap());
        let panel = Panel::with(Config { listeners: vec![everywhere], insecure_panel, ..Config::default() }).await;
        let port = panel.address.port();
        let within = get(panel.admin("")).send(([127, 0, 0, 1], port).into()).await;
        assert_eq!(within.status, 200, "within the machine nobody listens");
        let Some(outside) = outside_address() else { return };
        let answer = get(panel.admin("")).send((outside, port).into()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(get("/player_api.php").send((outside, port).into()).await.status, 200, "players are");
    }
}

/// An address of this machine that is not its loopback; none on a machine without a network.
fn outside_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: this only asks which way it would go.
    socket.connect("198.51.100.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_loopback())
}

#[tokio::test]
async fn a_suspended_panel_answers_nothing_from_that_moment_on() {
    let panel = Panel::new().await;
    assert_eq!(panel.send(get("/player_api.php")).await.status, 200);
    host_engine::tenant::suspend(&panel.engine, "test", "one").await.unwrap();
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

#[tokio::test]
async fn a_browser_at_the_front_sees_what_this_is_and_neither_names_nor_versions() {
    let panel = Panel::new().await;
    let page = panel.send(get("/")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for part in ["IPTV panel", "/player_api.php", "/{access code}/admin/index.php"] {
        assert!(page.text().contains(part), "{part}");
    }
    for secret in [env!("CARGO_PKG_VERSION"), "tv.test", &panel.admin_code] {
        assert!(!page.text().contains(secret), "{secret}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(panel.send(head("//")).await.status, 200);
    assert_eq!(panel.send(post("/", "")).await.status, 404);
    assert_eq!(panel.send(get("/").header("host", "elsewhere.test")).await.status, 421);
}

#[tokio::test]
async fn the_page_at_the_front_shows_the_surfaces_of_its_listener_alone() {
    let panel = Panel::for_surfaces(&["admin"]).await;
    let page = panel.send(get("/")).await;
    assert!(page.text().contains("/admin/index.php") && !page.text().contains("/player_api.php"), "{}", page.text());
}

/// A panel behind the proxy at 127.0.0.3.
async fn proxied(public_url: Option<&str>) -> Panel {
    let trusted_proxies = vec!["127.0.0.3/32".parse().unwrap()];
    let public_url = public_url.map(str::to_owned);
    Panel::with(Config { trusted_proxies, public_url, ..Config::default() }).await
}

#[tokio::test]
async fn keys_reach_a_panel_through_a_proxy_only_when_it_says_that_they_were_encrypted() {
    let panel = proxied(None).await;
    let asked = |from, headers: &[(&str, &str)]| {
        let request = get(panel.admin("")).from(from);
        headers.iter().fold(request, |request, (name, value)| request.and_header(name, value))
    };
    let (proxy, machine) = ([127, 0, 0, 3], [127, 0, 0, 1]);
    for (from, headers, status) in [
        (proxy, &[("x-forwarded-proto", "https")][..], 200),
        (proxy, &[("x-forwarded-proto", "http")], 403),
        (proxy, &[("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")], 403),
        (proxy, &[("x-forwarded-for", "203.0.113.9")], 403),
        (proxy, &[("forwarded", "for=203.0.113.9;proto=https")], 200),
        (machine, &[], 200),
        // A proxy on this machine that nobody has made a trusted one.
        (machine, &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")], 403),
    ] {
        let answer = panel.send(asked(from, headers)).await;
        assert_eq!(answer.status, status, "{from:?} {headers:?}");
        assert!(status == 200 || answer.text().contains("trusted_proxies"), "{}", answer.text());
    }
}

#[tokio::test]
async fn addresses_behind_a_proxy_are_those_that_clients_use() {
    let panel = proxied(Some("https://tv.test:8443")).await;
    assert_eq!(panel.engine.ports_announced(), (0, 8443), "and not the one behind the proxy");
    let target = "/player_api.php?username=ann&password=s3cret%2Bpw";
    for (headers, expected) in [
        (&[("host", "127.0.0.1:8080"), ("x-forwarded-proto", "https")][..], ("https", "tv.test", 8443)),
        (&[("host", "tv.test"), ("x-forwarded-proto", "https")], ("https", "tv.test", 8443)),
        (
            &[("host", "a.test"), ("x-forwarded-host", "tv.test:99"), ("x-forwarded-proto", "https")],
            ("https", "tv.test", 99),
        ),
        (&[("host", "tv.test"), ("forwarded", "proto=http;host=\"tv.test:81\"")], ("http", "tv.test", 81)),
    ] {
        let request = get(target).from([127, 0, 0, 3]);
        let answer =
            panel.send(headers.iter().fold(request, |request, (name, value)| request.header(name, value))).await;
        let seen = &answer.json()["request"];
        let (scheme, host, port) = expected;
        assert_eq!((&seen["scheme"], &seen["host"], &seen["port"]), (&json!(scheme), &json!(host), &json!(port)));
    }
    let strange = get(target).from([127, 0, 0, 3]).header("x-forwarded-host", "elsewhere.test");
    assert_eq!(panel.send(strange).await.status, 421, "a name that is no panel's");
}
