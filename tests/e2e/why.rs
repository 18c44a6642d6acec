//! `linecard why`: check by check, with a running panel and without one.

use crate::process::Station;
use serde_json::{Value, json};

fn verdicts(told: &Value) -> Vec<(&str, bool)> {
    let checks = told["checks"].as_array().unwrap_or_else(|| panic!("{told}"));
    checks.iter().map(|check| (check["check"].as_str().unwrap(), check["ok"].as_bool().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_tells_each_check_and_the_last_refusals() {
    let station = Station::new();
    let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let playlist = station.file("list.m3u", "#EXTM3U\n#EXTINF:-1,One\nhttp://127.0.0.1:9/one.ts\n");
    station.json(&["import", "m3u", &playlist, "--tenant", "acme"]);
    let serving = station.serve();
    let text = |name: &str| made[name].as_str().unwrap();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let act = async |action: &str| -> Value {
        let answer: Value = serving.post("acme.test", &format!("{admin}&action={action}")).await.json().await.unwrap();
        assert_eq!(answer["status"], "STATUS_SUCCESS", "{answer}");
        answer["data"].clone()
    };
    let line = "create_line&exp_date=never&username=guest&password=pass-of-guest&bouquets_selected=[1]";
    let id = act(line).await["id"].to_string();
    let why = |more: &[&str]| station.json(&[&["why", "guest", "--tenant", "acme"], more].concat());
    let at = ["--address", "127.0.0.9"];

    let all = ["status", "address", "country", "isp", "block lists", "bouquets", "seats"];
    let told = why(&at);
    assert_eq!((&told["username"], &told["status"]), (&json!("guest"), &json!("active")));
    assert_eq!(verdicts(&told), all.map(|check| (check, true)));
    assert_eq!(told["refusals"], json!([]));
    assert_eq!(verdicts(&why(&[])), [("status", true), ("bouquets", true), ("seats", true)], "without an address");
    assert_eq!(station.json(&["why", &id, "--tenant", "acme", "--address", "127.0.0.9"]), told, "by id");

    act(&format!("edit_line&id={id}&allowed_ips[]=192.0.2.0/24")).await;
    let refused = serving.get("acme.test", "/live/guest/pass-of-guest/1.ts").await;
    assert_eq!(refused.status(), 403);
    let expected = all.map(|check| (check, check != "address"));
    assert_eq!(verdicts(&why(&at)), expected);
    let refusals = why(&at)["refusals"].clone();
    assert_eq!(refusals.as_array().unwrap().len(), 1, "{refusals}");

    let (status, _, log) = serving.terminate();
    assert!(status.success(), "{log}");
    assert_eq!(verdicts(&why(&at)), expected, "without a running panel");
    let table = station.run(&["why", "guest", "--tenant", "acme", "--address", "127.0.0.9"]);
    assert!(table.code == 0 && table.out.contains("block lists"), "{}", table.out);
    assert_eq!(station.run(&["why", "guest", "--tenant", "acme", "--address", "home"]).code, 2);
}
