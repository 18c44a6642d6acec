//! Providers: one tenant of the panel is the account of another, both on loopback. What it lists becomes streams that play.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::visitor::Visitor;
use crate::watcher::{Watcher, Who};
use crate::{footage, watcher};
use host_core::job::JobState;
use host_core::object::Object;
use host_core::plan::Database;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A way to a tenant's door for those who ask by an address and know no host name: it says the name for them.
struct Door {
    port: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Door {
    async fn of(tenant: &TestTenant) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let (to, host) = (tenant.panel.url.trim_start_matches("http://").to_owned(), tenant.host.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(passed(client, to.clone(), host.clone()));
            }
        });
        Door { port, task }
    }
}

/// One request, passed on under the name of the tenant.
async fn passed(mut client: TcpStream, to: String, host: String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if client.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let kept = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("host:") && !line.starts_with("connection:") && !line.is_empty()
    });
    let request = kept.collect::<Vec<_>>().join("\r\n") + &format!("\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let Ok(mut server) = TcpStream::connect(to).await else { return };
    if server.write_all(request.as_bytes()).await.is_ok() {
        let _ = tokio::io::copy(&mut server, &mut client).await;
    }
}

/// The provider once a fetch has ended that its job tells of.
async fn fetched(admin: &Visitor, tenant: &TestTenant, id: &str, job: &Value) -> Value {
    for _ in 0..600 {
        let key = host_core::JobId(u32::try_from(job.as_u64().unwrap()).unwrap()).into();
        let scope = host_core::caller::Scope::Tenant;
        let row = tenant.panel.engine().store().get(Database::Tenant(tenant.id), scope, key).await.unwrap();
        if let Some(Object::Job(job)) = row
            && !matches!(job.state, JobState::Waiting | JobState::Running)
        {
            let provider = admin.ok("get_provider", &[("id", id)]).await;
            if provider["next_fetch"].as_str() > provider["last_tried"].as_str() {
                return provider;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the fetch has not ended");
}

fn named<'a>(rows: &'a Value, name: &str) -> &'a Value {
    let found = rows.as_array().unwrap().iter().find(|row| row["stream_display_name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {rows}"))
}

/// A provider with two channels, a movie and a series, and the account there.
async fn provider() -> (TestTenant, Value) {
    let there = TestPanel::shared().tenant(2).await;
    let movie = there.record("movie", json!({ "name": "Film", "container": "mkv", "sources": ["file:a.mkv"] })).await;
    let series = there.record("series", json!({ "name": "Saga" })).await;
    let members = json!([{ "stream": there.streams[0] }, { "stream": there.streams[1] }, { "stream": movie }, { "series": series }]);
    let bouquet = there.record("bouquet", json!({ "name": "Sold", "members": members })).await;
    let account =
        there.line(json!({ "max_connections": 3, "bouquets": [bouquet], "password": "word-of/account" })).await;
    (there, account)
}

/// The account at a provider, as it is entered.
fn wholesale<'a>(door: &'a Door, account: &'a Value) -> [(&'a str, &'a str); 5] {
    let username = account["username"].as_str().unwrap();
    [
        ("name", "Wholesale"),
        ("ip", "127.0.0.1"),
        ("port", &door.port),
        ("username", username),
        ("password", "word-of/account"),
    ]
}

#[test]
fn what_a_provider_lists_is_fetched_and_a_stream_that_is_made_of_it_plays() {
    run(async {
        let (there, account) = provider().await;
        let (here, door) = (TestPanel::shared().tenant(0).await, Door::of(&there).await);
        let admin = here.admin();
        let made = admin.ok("create_provider", &wholesale(&door, &account)).await;
        assert!(!made.to_string().contains("word-of"), "{made}");
        let id = id_of(&made).to_string();
        let good = fetched(&admin, &here, &id, &made["job_id"]).await;
        let told =
            [&good["status"], &good["max_connections"], &good["live_streams"], &good["movies"], &good["last_error"]];
        assert_eq!(told, [&json!("Active"), &json!(3), &json!(2), &json!(1), &json!("")], "{good}");
        assert_eq!(admin.get("get_providers", "").await["data"][0], good);

        let listed = admin.get("get_provider_streams", &format!("&provider_id={id}&type=live")).await;
        assert_eq!(listed["recordsFiltered"], 2, "{listed}");
        let row = named(&listed["data"], &format!("Channel 1 of {}", there.name));
        assert_eq!(
            (&row["stream_id"], &row["category"], &row["channel_id"]),
            (&json!(there.streams[0]), &json!("News"), &json!("c1"))
        );
        let source = row["stream_source"].as_str().unwrap();
        let film = admin.get("get_provider_streams", &format!("&provider_id={id}&type=movie")).await;
        assert!(named(&film["data"], "Film")["stream_source"].as_str().unwrap().ends_with(".mkv"), "{film}");
        let page = admin.get("get_provider_streams", &format!("&provider_id={id}&limit=1&start=1")).await;
        assert_eq!((page["data"].as_array().unwrap().len(), &page["recordsFiltered"]), (1, &good_total(&good)));
        let none = admin.get("get_provider_streams", "&provider_id=999999").await;
        assert_eq!(none["data"], json!([]));

        let stream = admin.ok("create_stream", &[("stream_display_name", "Resold"), ("stream_source[]", source)]).await;
        let bouquet =
            here.record("bouquet", json!({ "name": "Ours", "members": [{ "stream": id_of(&stream) }] })).await;
        let line = here.line(json!({ "bouquets": [bouquet] })).await;
        let path = format!(
            "/live/{}/{}/{}.ts",
            line["username"].as_str().unwrap(),
            line["password"].as_str().unwrap(),
            id_of(&stream)
        );
        let mut viewer = Watcher::open(&here, Who::default(), &path).await;
        assert!(viewer.plays().await, "{}", viewer.status);
        let capture = watcher::soon("its bytes", viewer.read(188 * 4_000)).await;
        assert!(footage::codecs(&capture).contains("h264"));

        // What is stored of the password is sealed.
        let data = here.panel.folder.path().join("data");
        for file in walked(&data) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let found = bytes.windows(15).any(|part| part == b"word-of/account");
            assert!(!found, "{}", file.display());
        }
        admin.ok("delete_provider", &[("id", &id)]).await;
        for _ in 0..200 {
            if admin.get("get_provider_streams", "").await["recordsTotal"] == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("its list stays");
    });
}

fn good_total(provider: &Value) -> Value {
    let count = |name: &str| provider[name].as_u64().unwrap();
    json!(count("live_streams") + count("movies") + count("series"))
}

fn walked(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(walked(&path)),
            path => files.push(path),
        }
    }
    files
}

#[test]
fn a_list_follows_its_provider_and_stays_when_that_does_not_answer() {
    run(async {
        let (there, account) = provider().await;
        let (here, door) = (TestPanel::shared().tenant(0).await, Door::of(&there).await);
        let admin = here.admin();
        let off = [&wholesale(&door, &account)[..], &[("enabled", "0")]].concat();
        let made = admin.ok("create_provider", &off).await;
        let id = id_of(&made).to_string();
        assert_eq!((&made["enabled"], &made["next_fetch"]), (&json!(0), &Value::Null));
        admin.refused("reload_provider", &[("id", &id)]).await;
        let on = admin.ok("edit_provider", &[("id", &id), ("enabled", "1"), ("every_hours", "12")]).await;
        fetched(&admin, &here, &id, &on["job_id"]).await;
        let first = admin.get("get_provider_streams", &format!("&provider_id={id}")).await;
        let kept = named(&first["data"], &format!("Channel 1 of {}", there.name))["id"].clone();

        let gone = there.streams[1].to_string();
        there.admin().ok("delete_stream", &[("id", &gone)]).await;
        let asked = admin.ok("reload_provider", &[("id", &id)]).await;
        let second = fetched(&admin, &here, &id, &asked["job_id"]).await;
        assert_eq!((&second["live_streams"], &second["every_hours"]), (&json!(1), &json!(12)), "{second}");
        let now = admin.get("get_provider_streams", &format!("&provider_id={id}&type=live")).await;
        assert_eq!(
            (&now["recordsFiltered"], &now["data"][0]["id"]),
            (&json!(1), &kept),
            "a row that stays is the same"
        );

        let wrong = admin.ok("edit_provider", &[("id", &id), ("password", "wrong")]).await;
        let failed = fetched(&admin, &here, &id, &wrong["job_id"]).await;
        assert!(
            !failed["last_error"].as_str().unwrap().is_empty() && !failed.to_string().contains("127.0.0.1:"),
            "{failed}"
        );
        let still = admin.get("get_provider_streams", &format!("&provider_id={id}&type=live")).await;
        assert_eq!(still["recordsFiltered"], 1, "the last list stays");
        assert_eq!(admin.refused("create_provider", &off).await, "EXISTS_NAME");
        for host in ["http://127.0.0.1", "a/b", "user@h"] {
            admin.refused("edit_provider", &[("id", &id), ("ip", host)]).await;
        }
        let seller = here.reseller("seller", "0").await;
        let answer = seller.post("get_provider_streams", &[]).await;
        assert_ne!(answer["status"], "STATUS_SUCCESS", "{answer}");
    });
}
