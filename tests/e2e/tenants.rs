//! Two tenants with the same user names, ids and plugins: whatever one is asked, nothing of the
//! other is in the answer. Each text field of a tenant has its own canary.

use crate::marked::Marked;
use crate::panel::{TestPanel, TestTenant, login, run};
use reqwest::header::HOST;
use serde_json::json;
use std::time::Duration;

/// The answer has its own canary, where one is expected, and never the other's; the guide's
/// texts are base64 in some answers.
fn check(what: &str, text: &str, own: &str, other: &str, marked: bool) {
    assert!(!text.contains(other), "{what} shows the other tenant's text:\n{text}");
    assert!(!marked || text.contains(own), "{what} shows nothing of its own:\n{text}");
}

#[test]
fn tenants_with_the_same_names_and_ids_never_show_each_others_texts() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        assert_eq!(a.tenant.streams, b.tenant.streams, "the same ids in both");
        assert_eq!((&a.line["id"], &a.line["username"]), (&b.line["id"], &b.line["username"]));
        // Twice and alternating: the second round comes from kept bodies.
        for _ in 0..2 {
            for (own, other) in [(&a, &b), (&b, &a)] {
                for (path, marked) in own.player_paths() {
                    let answer = own.tenant.get(&path).await;
                    assert_eq!(answer.status(), 200, "{path}");
                    check(&path, &answer.text().await.unwrap(), &own.canary, &other.canary, marked);
                }
                for (action, answer, marked) in own.panel_answers().await {
                    assert_eq!(answer["status"], "STATUS_SUCCESS", "{action}: {answer}");
                    check(&action, &answer.to_string(), &own.canary, &other.canary, marked);
                }
            }
        }
    });
}

/// Gives the tenant the plugin of `examples/welcome`.
async fn install_welcome(own: &Marked) {
    let (runtime, file) = (&own.tenant.panel.panel.runtime, std::fs::read(env!("EXAMPLE_WELCOME")).unwrap());
    runtime.install(own.tenant.system(), file.into()).await.unwrap();
    runtime.grant(own.tenant.system(), "welcome", &[], None).await.unwrap();
}

#[test]
fn a_plugins_log_in_one_tenant_says_nothing_of_another() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let runtime = &a.tenant.panel.panel.runtime;
        for own in [&a, &b] {
            install_welcome(own).await;
            let greeted = own.tenant.get(&format!("/x/welcome/hello?{}&title={}", login(&own.line), own.canary)).await;
            assert_eq!(greeted.status(), 200);
        }
        for (own, other) in [(&a, &b), (&b, &a)] {
            let log: String = runtime.logs(own.tenant.id, "welcome").into_iter().map(|line| line.message).collect();
            check("the plugin's log", &log, &own.canary, &other.canary, true);
        }
    });
}

#[test]
fn a_plugins_settings_in_one_tenant_are_no_other_tenants() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let runtime = &a.tenant.panel.panel.runtime;
        for own in [&a, &b] {
            install_welcome(own).await;
        }
        let hello = async |own: &Marked| {
            let greeted = own.tenant.json(&format!("/x/welcome/hello?{}", login(&own.line))).await;
            greeted["greeting"].as_str().unwrap().to_owned()
        };
        for (own, words) in [(&a, "Good morning"), (&b, "Servus"), (&a, "Hello")] {
            let settings = json!({ "greeting": format!("{words} {}", own.canary) });
            let caller = own.tenant.system();
            runtime.set_settings(caller, "welcome", settings.as_object().unwrap()).await.unwrap();
            assert_eq!(hello(own).await, format!("{words} {}, guest.", own.canary));
        }
        assert_eq!(hello(&b).await, format!("Servus {}, guest.", b.canary));
    });
}

#[test]
fn a_base64_guide_text_is_the_own_tenants() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let mut titles = Vec::new();
        for own in [&a, &b, &a] {
            let path = format!(
                "/player_api.php?{}&action=get_short_epg&stream_id={}",
                login(&own.line),
                own.tenant.streams[3]
            );
            let answer = own.tenant.json(&path).await;
            titles.push(answer["epg_listings"][0]["title"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned());
        }
        assert_ne!(titles[0], titles[1]);
        assert_eq!(titles[0], titles[2]);
    });
}

#[test]
fn the_files_of_a_tenant_hold_nothing_of_another() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let tenants = a.tenant.panel.panel.directory.tenants();
        for (own, other) in [(&a, &b), (&b, &a)] {
            let mut found = false;
            for entry in std::fs::read_dir(tenants.join(&own.tenant.name)).unwrap() {
                let path = entry.unwrap().path();
                let Ok(bytes) = std::fs::read(&path) else { continue };
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(&other.canary), "{} has the other tenant's text", path.display());
                found |= text.contains(&own.canary);
            }
            assert!(found, "a tenant's texts are in its own directory");
        }
    });
}

#[test]
fn logins_codes_and_keys_of_one_tenant_open_nothing_of_another() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let answer = b.tenant.json(&format!("/player_api.php?{}", login(&a.line))).await;
        assert_eq!(answer, json!({ "user_info": { "auth": 0 } }));
        let password = a.line["password"].as_str().unwrap();
        for path in
            [format!("/live/guest/{password}/{}.ts", b.tenant.streams[0]), format!("/get.php?{}", login(&a.line))]
        {
            let answer = b.tenant.get(&path).await;
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
        }
        for (surface, code, key) in [
            ("reseller", "reseller_access_code", a.reseller.key.clone()),
            ("admin", "admin_access_code", a.tenant.admin().key),
        ] {
            let path = |code: &str| format!("/{code}/{surface}/index.php?api_key={key}&action=user_info");
            let (own, other) = (a.tenant.made[code].as_str().unwrap(), b.tenant.made[code].as_str().unwrap());
            assert_eq!(a.tenant.json(&path(own)).await["status"], "STATUS_SUCCESS", "{surface}");
            // The other tenant's code at this host is like any unknown path.
            let (foreign, unknown) = (b.tenant.get(&path(own)).await, b.tenant.get(&path("no-such-code")).await);
            assert_eq!((foreign.status().as_u16(), unknown.status().as_u16()), (404, 404), "{surface}");
            assert_eq!(foreign.text().await.unwrap(), unknown.text().await.unwrap());
            // This tenant's code with the other tenant's key is answered like any wrong key.
            let foreign = b.tenant.json(&path(other)).await;
            let wrong = format!("/{other}/{surface}/index.php?api_key={}&action=user_info", "0".repeat(64));
            let wrong = b.tenant.json(&wrong).await;
            assert_eq!((&foreign["status"], &foreign["error"]), (&wrong["status"], &wrong["error"]), "{foreign}");
            assert_eq!(foreign["status"], "STATUS_FAILURE");
        }
    });
}

#[test]
fn an_unknown_host_is_refused_whoever_signs_in() {
    run(async {
        let (a, _b) = (Marked::new().await, TestPanel::shared().tenant(1).await);
        let panel = a.tenant.panel;
        for host in ["stranger.test", "127.0.0.1", ""] {
            let url = format!("{}/player_api.php?{}", panel.url, login(&a.line));
            let answer = panel.http.get(url).header(HOST, host).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!([400, 404, 421].contains(&status), "{host:?}: {status}");
            assert!(!answer.text().await.unwrap().contains(&a.canary));
        }
    });
}

#[test]
fn a_suspended_tenant_answers_nothing_until_it_is_resumed() {
    run(async {
        let (a, b) = (Marked::new().await, Marked::new().await);
        let engine = a.tenant.panel.engine();
        let account = format!("/player_api.php?{}", login(&a.line));
        host_engine::tenant::suspend(engine, "test", &a.tenant.name).await.unwrap();
        settled(&a.tenant, &account, 503).await;
        let mut paths: Vec<_> = a.player_paths().into_iter().map(|(path, _)| path).collect();
        paths.push(format!("/live/guest/{}/{}.ts", a.line["password"].as_str().unwrap(), a.tenant.streams[0]));
        paths.push(a.reseller.url.replace(&a.tenant.panel.url, "") + "?action=user_info&api_key=" + &a.reseller.key);
        for path in paths {
            let answer = a.tenant.get(&path).await;
            assert_eq!(answer.status(), 503, "{path}");
            assert!(!answer.text().await.unwrap().contains(&a.canary), "{path}");
        }
        let neighbour = b.tenant.json(&format!("/player_api.php?{}", login(&b.line))).await;
        assert_eq!(neighbour["user_info"]["auth"], 1);
        host_engine::tenant::resume(engine, "test", &a.tenant.name).await.unwrap();
        settled(&a.tenant, &account, 200).await;
    });
}

/// Waits until a command's effect is seen, for at most ten times what it may take.
async fn settled(tenant: &TestTenant, path: &str, status: u16) {
    for _ in 0..200 {
        if tenant.get(path).await.status() == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} never answers {status}");
}
