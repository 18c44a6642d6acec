//! What the panel shows of itself: health, metrics, request ids, and a log without secrets.

use crate::panel::{TestPanel, login, run};
use crate::process::{Station, client};
use crate::watcher::soon;
use reqwest::header::HOST;
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

#[test]
fn health_and_metrics_are_on_the_management_listener_alone() {
    run(async {
        let panel = TestPanel::shared();
        let tenant = panel.tenant(1).await;
        let line = tenant.line(json!({ "username": "guest" })).await;
        let told = async |base: &str, path: &str| {
            let answer = panel.http.get(format!("{base}{path}")).header(HOST, &tenant.host).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        assert_eq!(told(&panel.management, "/health/live").await, (200, "live\n".to_owned()));
        // Other tests break plugins of their tenants; that is told beside.
        let (status, ready) = told(&panel.management, "/health/ready").await;
        assert!(status == 200 && ready.starts_with("ready\n"), "{status} {ready}");
        let answered = "linecard_http_requests_total{kind=\"player\",status=\"2xx\"}";
        let timed = "linecard_http_request_seconds_count{kind=\"player\"}";
        let (status, before) = told(&panel.management, "/metrics").await;
        assert_eq!(status, 200);
        tenant.json(&format!("/player_api.php?{}", login(&line))).await;
        let (_, metrics) = told(&panel.management, "/metrics").await;
        // Other tests ask too, so that it is one more at least.
        for name in [answered, timed] {
            assert!(metric(&metrics, name) > metric(&before, name), "{name}: {metrics}");
        }
        let password = line["password"].as_str().unwrap();
        assert!(!metrics.contains(&tenant.name) && !metrics.contains(password), "metrics name no tenant and no secret");
        for path in ["/health/live", "/health/ready", "/metrics"] {
            assert_eq!(told(&panel.url, path).await.0, 404, "{path} is no public address");
        }
        assert_eq!(told(&panel.management, "/player_api.php").await.0, 404, "and the panel is none of management");
    });
}

/// The value of a metric in Prometheus text form.
fn metric(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}")).trim().parse().unwrap()
}

#[test]
fn every_answer_has_an_id_of_its_own_and_an_envelope_repeats_it() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let id = |answer: &reqwest::Response| answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let (one, other) = (tenant.get("/player_api.php").await, tenant.get("/nowhere").await);
        assert_ne!(id(&one), id(&other));
        let reseller = tenant.reseller("shop", "0").await;
        let url = format!("{}?api_key={}&action=user_info", reseller.url, reseller.key);
        let answer = tenant.panel.http.get(url).header(HOST, &tenant.host).send().await.unwrap();
        let said = id(&answer);
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["request_id"], said.as_str());
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_and_no_key_ever_reaches_the_log() {
    let station = Station::new();
    let serving = station.serve_logging("trace,h2=off,hyper=off,mio=off");
    let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let reseller = station.json(&["user", "create", "--tenant", "acme", "--role", "reseller", "--username", "shop"]);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let sold = format!("{admin}&action=create_line&exp_date=never&username=guest&password=s3cret-of-guest");
    let answer: serde_json::Value = serving.post("acme.test", &sold).await.json().await.unwrap();
    assert_eq!(answer["status"], "STATUS_SUCCESS", "{answer}");
    for path in [
        format!("{admin}&action=get_lines").as_str(),
        &format!(
            "/{}/reseller/index.php?api_key={}&action=user_info",
            text("reseller_access_code"),
            reseller["api_key"].as_str().unwrap()
        ),
        "/player_api.php?username=guest&password=s3cret-of-guest",
        "/player_api.php?username=guest&password=wr0ng-of-guest",
        "/get.php?username=guest&password=s3cret-of-guest&type=m3u_plus",
        "/xmltv.php?username=guest&password=s3cret-of-guest",
        "/live/guest/s3cret-of-guest/1.ts",
        "/live/guest/wr0ng-of-guest/1.m3u8",
        "/guest/s3cret-of-guest/1",
        "/movie/guest/s3cret-of-guest/1.mp4",
        "/playlist/guest/s3cret-of-guest",
    ] {
        serving.get("acme.test", path).await.bytes().await.unwrap();
    }
    let source = "#EXTM3U\n#EXTINF:-1,One\nhttp://someone:s3cret-of-source@127.0.0.1:9/one.ts?token=t0ken-of-source\n";
    let file = station.file("list.m3u", source);
    station.json(&["import", "m3u", &file, "--tenant", "acme"]);
    let admin_password = text("admin_password");
    let (status, _, log) = serving.terminate();
    assert!(status.success(), "{log}");
    assert!(
        log.contains("answered") && log.contains("/live/{username}/{password}/{"),
        "requests are in it by route:\n{log}"
    );
    for secret in [
        &admin_password,
        &text("admin_api_key"),
        reseller["password"].as_str().unwrap(),
        reseller["api_key"].as_str().unwrap(),
        "s3cret-of-guest",
        "wr0ng-of-guest",
        "s3cret-of-source",
        "t0ken-of-source",
    ] {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_cannot_be_loaded_is_told_beside_a_process_that_is_ready() {
    let station = Station::new();
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve();
    let ready = async || {
        let answer = serving.http.get(format!("{}/health/ready", serving.management)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(ready().await, (200, "ready\n".to_owned()));
    let folder = station.data().join("tenants/acme/plugins");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("half.wasm"), b"\0asm and nothing more").unwrap();
    let told = (200, "ready\ndegraded: plugins that could not be loaded: 1; see linecard plugin list\n".to_owned());
    let reported = async {
        while ready().await != told {
            sleep(Duration::from_millis(50)).await;
        }
    };
    soon("the broken file is told", reported).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_asked_to_end_lets_a_viewer_go_on_for_a_while_and_takes_nobody_new() {
    let station = Station::new();
    let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let act = async |action: &str| {
        let answer = serving.post("acme.test", &format!("{admin}&action={action}")).await;
        answer.json::<serde_json::Value>().await.unwrap()["data"].clone()
    };
    let bouquet = act("create_bouquet&bouquet_name=All").await["id"].clone();
    let source = "stream_display_name=One&stream_source=[\"test:1\"]";
    let stream = act(&format!("create_stream&{source}&bouquets=[{bouquet}]")).await["id"].clone();
    let line = "exp_date=never&username=guest&password=watching";
    act(&format!("create_line&{line}&bouquets_selected=[{bouquet}]")).await;
    let mut viewer = soon("a head", serving.get("acme.test", &format!("/live/guest/watching/{stream}.ts"))).await;
    assert_eq!(viewer.status(), 200);
    assert!(soon("a picture", viewer.chunk()).await.unwrap().is_some());

    let (url, management) = (serving.url.clone(), serving.management.clone());
    let ending = tokio::task::spawn_blocking(move || serving.terminate());
    let stopping = async {
        loop {
            let ready = client().get(format!("{management}/health/ready")).send().await.unwrap();
            if ready.status() == 503 && ready.text().await.unwrap() == "stopping\n" {
                break;
            }
        }
    };
    soon("it says that it stops", stopping).await;
    let refused = async { while client().get(&url).send().await.is_ok() {} };
    soon("nobody new is taken", refused).await;
    for _ in 0..5 {
        assert!(soon("the picture goes on", viewer.chunk()).await.unwrap().is_some());
    }
    soon("the viewer is cut off", async { while matches!(viewer.chunk().await, Ok(Some(_))) {} }).await;
    let (status, _, log) = ending.await.unwrap();
    assert!(status.success(), "{log}");
    assert!(log.contains("ended in order"), "{log}");
}
