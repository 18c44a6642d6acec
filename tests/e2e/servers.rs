//! The server on the admin surface: who it is, how busy, what it drops and reads again, and what cannot be changed of it.

use crate::panel::{TestPanel, login, run};
use crate::place::Place;
use crate::process::Station;
use crate::visitor::Visitor;
use reqwest::Url;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

/// What an admin is told of the server, as far as a number goes.
async fn figure(admin: &Visitor, name: &str) -> f64 {
    admin.ok("get_server_stats", &[("server_id", "1")]).await[name].as_f64().unwrap()
}

/// Drops something; how many bytes that were.
async fn freed(admin: &Visitor, action: &str) -> u64 {
    admin.ok(action, &[]).await["freed_bytes"].as_u64().unwrap()
}

#[test]
fn the_one_server_is_listed_and_read_and_no_other() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let list = admin.post("get_servers", &[]).await;
        assert_eq!((&list["recordsTotal"], &list["recordsFiltered"]), (&json!(1), &json!(1)), "{list}");
        let row = admin.ok("get_server", &[("id", "1")]).await;
        assert_eq!(list["data"][0]["server_name"], row["server_name"]);
        let port = Url::parse(&tenant.panel.url).unwrap().port().unwrap();
        for (field, value) in [
            ("id", json!(1)),
            ("is_main", json!(1)),
            ("http_broadcast_port", json!(port)),
            ("http_broadcast_ports", json!([port])),
            ("https_broadcast_ports", json!([])),
            ("rtmp_port", json!(0)),
            ("version", json!(env!("CARGO_PKG_VERSION"))),
        ] {
            assert_eq!(row[field], value, "{field} of {row}");
        }
        assert_eq!(admin.post("get_servers", &[("start", "1")]).await["data"], json!([]));
        let searched = admin.post("get_servers", &[("search[value]", "no such name")]).await;
        assert_eq!((&searched["data"], &searched["recordsFiltered"]), (&json!([]), &json!(0)));
        for (action, name) in [("get_server", "id"), ("get_server_stats", "server_id"), ("clear_temp", "server_id")] {
            assert_eq!(admin.refused(action, &[(name, "2")]).await, "FAILURE", "{action}");
        }
    });
}

#[test]
fn the_figures_count_who_watches() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let admin = place.tenant.admin();
        for name in ["cpu_usage", "mem_usage", "disk_usage"] {
            let percent = figure(&admin, name).await;
            assert!((0.0..=100.0).contains(&percent), "{name} is {percent}");
        }
        assert_eq!(figure(&admin, "active_connections").await, 0.0);
        let mut watcher = place.watch("Kodi/20").await;
        assert!(watcher.plays().await);
        assert_eq!(figure(&admin, "active_connections").await, 1.0);
        assert_eq!(figure(&admin, "online_users").await, 1.0);
        assert_eq!(figure(&admin, "total_streams").await, 2.0, "one of the tenant's, one of the place's");
        let uptime = admin.ok("get_server_stats", &[]).await["uptime"].as_str().unwrap().to_owned();
        assert!(["minute", "hour", "day"].iter().any(|unit| uptime.contains(unit)), "{uptime}");
    });
}

#[test]
fn disks_processes_and_commands_are_told() {
    run(async {
        let admin = TestPanel::shared().tenant(1).await.admin();
        let disks = admin.ok("get_free_space", &[]).await;
        let names: Vec<_> = disks.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["data", "media", "temporary"]);
        for disk in disks.as_array().unwrap() {
            let of = |name: &str| disk[name].as_u64().unwrap();
            assert_eq!(of("free_bytes") + of("used_bytes"), of("total_bytes"), "{disk}");
        }
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let processes = admin.ok("get_pids", &[]).await;
        let row = |pid: u32| processes.as_array().unwrap().iter().find(|row| row["pid"] == pid).cloned();
        assert_eq!(row(std::process::id()).unwrap()["is_main"], 1);
        let known = row(child.id()).unwrap();
        assert_eq!((&known["name"], &known["is_main"]), (&json!("sleep"), &json!(0)));
        assert_eq!(row(1), None, "only our own");
        child.kill().unwrap();
        child.wait().unwrap();
        let told = admin.ok("install_server", &[]).await;
        assert!(told["command"].as_str().unwrap().starts_with("linecard serve"), "{told}");
        let told = admin.ok("install_proxy", &[]).await;
        assert!(told["command"].as_str().unwrap().contains("proxy_pass http://"), "{told}");
        let refused = admin.post("get_fpm_status", &[]).await;
        assert_eq!(refused["status"], "STATUS_FAILURE");
        assert!(refused["error"].as_str().unwrap().contains("PHP"), "{refused}");
    });
}

#[test]
fn kept_lists_are_dropped_and_made_again() {
    run(async {
        let (here, there) = (TestPanel::shared().tenant(3).await, TestPanel::shared().tenant(3).await);
        let admin = here.admin();
        let lines = [here.line(json!({})).await, there.line(json!({})).await];
        let kept = |tenant: &crate::panel::TestTenant| tenant.panel.panel.runtime.body_bytes(tenant.id);
        let list = here.channels(&lines[0]).await;
        assert!(list.len() == 3 && there.channels(&lines[1]).await.len() == 3);
        let (before, beyond) = (kept(&here), kept(&there));
        assert!(before > 0 && beyond > 0);
        admin.ok("reload_cache", &[("dry_run", "1")]).await;
        assert_eq!(kept(&here), before, "a dry run drops nothing");
        assert_eq!(freed(&admin, "reload_cache").await, before);
        assert_eq!((kept(&here), kept(&there)), (0, beyond), "another panel keeps its own");
        assert_eq!(here.channels(&lines[0]).await, list);
        assert!(kept(&here) > 0);
        assert_eq!(crate::panel_logs::column(&admin, "user_logs", "action", &[]).await[0], "reload_cache");
    });
}

#[test]
fn temporary_files_that_nothing_holds_are_removed_and_held_ones_are_not() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let line = tenant.line(json!({})).await;
        // A guide goes into a file, once it is large.
        let guide = format!("/xmltv.php?{}", login(&line));
        let before = tenant.get(&guide).await.text().await.unwrap();
        let data = tenant.panel.folder.path().join("data");
        let left = data.join("plugins/.left.new");
        std::fs::create_dir_all(data.join("plugins")).unwrap();
        std::fs::write(&left, vec![0; 5_000]).unwrap();
        admin.ok("clear_temp", &[("dry_run", "1")]).await;
        assert!(left.exists());
        assert!(freed(&admin, "clear_temp").await >= 5_000);
        assert!(!left.exists());
        assert_eq!(tenant.get(&guide).await.text().await.unwrap(), before);
    });
}

#[test]
fn what_is_kept_of_a_channel_is_dropped_and_it_plays_on() {
    run(async {
        let place = Place::with_seats(2, &["test:1".into()]).await;
        let admin = place.tenant.admin();
        let mut watcher = place.watch("Kodi/20").await;
        assert!(watcher.plays().await);
        let segments = place.segments().await;
        assert!(segments.len() >= 3, "{segments:?}");
        assert_eq!(place.status(&segments[0]).await, 200);
        admin.ok("clear_streams", &[("dry_run", "1")]).await;
        assert_eq!(place.status(&segments[0]).await, 200, "a dry run drops nothing");
        assert!(freed(&admin, "clear_streams").await > 10_000);
        assert_eq!(place.status(&segments[0]).await, 404, "it is gone");
        assert!(watcher.plays().await, "who watches goes on");
        let session = place.session().await;
        let mut again = place.listed(&session).await;
        for _ in 0..200 {
            if again.len() >= 3 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            again = place.listed(&session).await;
        }
        assert!(again.len() >= 3, "it is filled again: {again:?}");
        assert_eq!(place.status(again.last().unwrap()).await, 200);
    });
}

/// A panel with two host names, and who asks there.
struct Served {
    station: Station,
    serving: crate::process::Serving,
    mount: String,
}

const HOSTS: [&str; 2] = ["one.test", "two.test"];

impl Served {
    fn new(more: impl Fn(&Path) -> String) -> Served {
        let station = Station::new();
        let config = format!("{}[limits]\nexempt = ['127.0.0.0/8']\n", more(station.folder.path()));
        station.file("linecard.toml", config);
        let made = station.json(&["tenant", "create", "acme", "--host", HOSTS[0], "--host", HOSTS[1]]);
        let text = |name: &str| made[name].as_str().unwrap();
        let mount = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
        let serving = station.serve();
        Served { station, serving, mount }
    }

    async fn admin(&self, action: &str, form: &str) -> Value {
        let path = format!("{}&action={action}{form}", self.mount);
        self.serving.post(HOSTS[0], &path).await.json().await.unwrap()
    }
}

#[test]
fn players_are_sent_to_the_domain_that_an_admin_wants() {
    let served = Served::new(|_| String::new());
    run(async {
        let made = served.admin("create_line", "&username=viewer&password=viewer-pass&exp_date=never").await;
        assert_eq!(made["status"], "STATUS_SUCCESS", "{made}");
        let url = async |host: &str| {
            let account = served.serving.get(host, "/player_api.php?username=viewer&password=viewer-pass").await;
            account.json::<Value>().await.unwrap()["server_info"]["url"].clone()
        };
        assert_eq!((url(HOSTS[0]).await, url(HOSTS[1]).await), (json!("one.test"), json!("two.test")));
        let form = "&id=1&server_name=Rack+7&domain_name[]=two.test";
        let edited = served.admin("edit_server", form).await;
        assert_eq!(
            (&edited["data"]["server_name"], &edited["data"]["domain_name"]),
            (&json!("Rack 7"), &json!(["two.test"]))
        );
        assert_eq!((url(HOSTS[0]).await, url(HOSTS[1]).await), (json!("two.test"), json!("two.test")));
        assert_eq!(served.admin("get_server", "&id=1").await["data"]["server_name"], "Rack 7");
        let cleared = served.admin("edit_proxy", "&id=1&domain_name=").await;
        assert_eq!(cleared["data"]["domain_name"], json!([]), "{cleared}");
        assert_eq!(url(HOSTS[0]).await, "one.test");
        for (action, form) in [
            ("edit_server", "&id=1&domain_name[]=evil.test"),
            ("edit_server", "&id=1&domain_name[]=two.test:80"),
            ("edit_server", "&id=1&server_ip=192.0.2.9"),
            ("edit_server", "&id=1&http_broadcast_ports[]=81"),
            ("edit_server", "&id=1&rtmp_port=1935"),
            ("edit_server", "&id=1&enabled=0"),
            ("edit_proxy", "&id=1&parent_ids[]=1"),
        ] {
            let answer = served.admin(action, form).await;
            assert_eq!(answer["status"], "STATUS_INVALID_INPUT", "{action} {form}: {answer}");
        }
        let row = served.admin("get_server", "&id=1").await["data"].clone();
        let same = format!("&id=1&server_ip={}&enabled=1&rtmp_port=0", row["server_ip"].as_str().unwrap());
        assert_eq!(served.admin("edit_server", &same).await["data"]["server_name"], row["server_name"]);
        assert_eq!(served.admin("delete_server", "&id=1").await["status"], "STATUS_FAILURE");
        assert_eq!(served.admin("edit_server", "&id=2").await["status"], "STATUS_FAILURE");
    });
}

#[test]
fn a_reload_runs_the_operators_command_and_tells_when_it_fails() {
    let served = Served::new(|folder| {
        format!("[http]\nreload_command = ['/bin/sh', '{}']\n", folder.join("reload.sh").display())
    });
    let count = served.station.folder.path().join("count");
    let script = |end: &str| served.station.file("reload.sh", format!("echo x >> {}\n{end}\n", count.display()));
    let times = || std::fs::read_to_string(&count).unwrap_or_default().lines().count();
    run(async {
        script("exit 0");
        let answer = served.admin("reload_nginx", "").await;
        assert_eq!(answer["data"]["applied"], json!(["certificates", "routes", "command"]), "{answer}");
        assert_eq!(times(), 1);
        assert_eq!(served.admin("reload_nginx", "&dry_run=1").await["status"], "STATUS_SUCCESS");
        assert_eq!(times(), 1, "a dry run runs nothing");
        script("exit 3");
        let answer = served.admin("reload_nginx", "").await;
        assert_eq!(answer["status"], "STATUS_FAILURE");
        assert!(answer["error"].as_str().unwrap().contains("command failed"), "{answer}");
        served.serving.line_with("reload_command failed");
    });
}
