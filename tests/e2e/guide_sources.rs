//! Guides that are fetched from elsewhere, as admins keep them: a real server on loopback, and what players see of it.

use crate::panel::{TestPanel, TestTenant, login, run};
use crate::visitor::Visitor;
use flate2::Compression;
use flate2::write::GzEncoder;
use host_core::time::civil_from_days;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const HOUR: i64 = 3_600;

/// Answers every request with a status and a body that a test sets, to those who show the pass.
struct GuideServer {
    url: String,
    says: Arc<Mutex<(u16, Vec<u8>)>>,
    task: JoinHandle<()>,
}

const PASS: &str = "x-pass: hunter2";

impl GuideServer {
    async fn start() -> GuideServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/guide.xml", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new((404, Vec::new())));
        let answer = says.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut piece = [0; 1024];
                    let read = socket.read(&mut piece).await.unwrap_or(0);
                    if read == 0 {
                        break;
                    }
                    head.extend_from_slice(&piece[..read]);
                }
                let shows = String::from_utf8_lossy(&head).to_lowercase().contains(PASS);
                let (status, body) = if shows { answer.lock().unwrap().clone() } else { (403, Vec::new()) };
                let head =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
            }
        });
        GuideServer { url, says, task }
    }

    fn says(&self, status: u16, body: impl Into<Vec<u8>>) {
        *self.says.lock().unwrap() = (status, body.into());
    }
}

impl Drop for GuideServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A guide of `c1` with one programme that is on now.
fn guide(tenant: &TestTenant, title: &str) -> String {
    let running = tenant.panel.engine().clock().now().0 / HOUR * HOUR;
    let (start, stop) = (utc(running), utc(running + HOUR));
    format!(
        "<tv><channel id=\"c1\"><display-name>One</display-name></channel>\
         <programme start=\"{start}\" stop=\"{stop}\" channel=\"c1\"><title>{title}</title></programme></tv>"
    )
}

fn utc(unix: i64) -> String {
    let (year, month, day) = civil_from_days(unix.div_euclid(86_400));
    let hour = unix.rem_euclid(86_400) / HOUR;
    format!("{year:04}{month:02}{day:02}{hour:02}0000 +0000")
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

/// The source once its import has ended that this job tells of.
async fn ended(admin: &Visitor, tenant: &TestTenant, id: &str, job: &Value) -> Value {
    for _ in 0..600 {
        let job = u32::try_from(job.as_u64().unwrap()).unwrap();
        let database = host_core::plan::Database::Tenant(tenant.id);
        let key = host_core::JobId(job).into();
        let scope = host_core::caller::Scope::Tenant;
        let row = tenant.panel.engine().store().get(database, scope, key).await.unwrap();
        if let Some(host_core::object::Object::Job(job)) = row
            && job.ended_at.is_some()
        {
            // How it went stands in the source a moment later.
            for _ in 0..600 {
                let epg = admin.ok("get_epg", &[("id", id)]).await;
                if epg["next_fetch"].as_str() > epg["last_tried"].as_str() {
                    return epg;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import has not ended");
}

async fn on_now(tenant: &TestTenant, line: &Value) -> String {
    let path = format!("/player_api.php?{}&action=get_short_epg&stream_id={}", login(line), tenant.streams[0]);
    tenant.json(&path).await["epg_listings"][0]["title"].as_str().unwrap_or_default().to_owned()
}

async fn xmltv(tenant: &TestTenant, line: &Value) -> String {
    tenant.get(&format!("/xmltv.php?{}", login(line))).await.text().await.unwrap()
}

#[test]
fn a_guide_is_fetched_kept_when_its_server_breaks_and_fetched_again_when_that_is_asked_for() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let (admin, server) = (tenant.admin(), GuideServer::start().await);
        let line = tenant.line(json!({})).await;
        server.says(200, packed(&guide(&tenant, "First")));
        let form =
            [("epg_name", "Main"), ("epg_file", server.url.as_str()), ("http_headers", r#"{"x-pass":"hunter2"}"#)];
        let made = admin.ok("create_epg", &form).await;
        assert_eq!((&made["days_keep"], &made["every_hours"], &made["integrity"]), (&json!(7), &json!(24), &json!(0)));
        let id = made["id"].to_string();
        let good = ended(&admin, &tenant, &id, &made["job_id"]).await;
        let told = [&good["integrity"], &good["channels"], &good["programmes"], &good["last_error"]];
        assert_eq!(told, [&json!(1), &json!(1), &json!(1), &json!("")], "{good}");
        assert_eq!(on_now(&tenant, &line).await, "Rmlyc3Q=", "First, in base64");
        assert!(xmltv(&tenant, &line).await.contains("First"));

        for (status, body, reason) in [
            (500, String::new(), "status 500"),
            (200, guide(&tenant, "Torn").replace("</tv>", ""), "no xml file"),
            (200, "<tv/>".to_owned(), "no programme"),
        ] {
            server.says(status, body);
            let asked = admin.ok("reload_epg", &[("id", &id)]).await;
            assert_eq!(asked["job_ids"], json!([asked["job_id"]]));
            let bad = ended(&admin, &tenant, &id, &asked["job_id"]).await;
            let error = bad["last_error"].as_str().unwrap();
            assert!(error.to_lowercase().contains(reason), "{error}");
            assert!(!error.contains("127.0.0.1") && !error.contains("hunter2"), "{error}");
            assert_eq!((&bad["integrity"], &bad["programmes"]), (&json!(0), &json!(1)), "{bad}");
            assert_eq!(on_now(&tenant, &line).await, "Rmlyc3Q=", "the last good one stays");
        }

        server.says(200, guide(&tenant, "Second"));
        // Without an id it is every guide that is fetched.
        let asked = admin.ok("reload_epg", &[]).await;
        let good = ended(&admin, &tenant, &id, &asked["job_id"]).await;
        assert_eq!((&good["integrity"], &good["last_error"]), (&json!(1), &json!("")));
        assert!(xmltv(&tenant, &line).await.contains("Second"));
        assert_eq!(admin.ok("get_epgs", &[]).await.as_array().unwrap().len(), 1);

        admin.ok("delete_epg", &[("id", &id)]).await;
        assert_eq!(on_now(&tenant, &line).await, "");
        assert_eq!(admin.refused("get_epg", &[("id", &id)]).await, "FAILURE");
        assert_eq!(admin.ok("get_epgs", &[]).await, json!([]));
    });
}

#[test]
fn what_no_guide_can_be_fetched_from_is_refused() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        for file in ["/etc/passwd", "file:../panel.db", "ftp://h/guide.xml", "guide.xml"] {
            let form = [("epg_name", "Bad"), ("epg_file", file)];
            assert_eq!(admin.refused("create_epg", &form).await, "INVALID_INPUT", "{file}");
        }
        let form = [("epg_name", "Same"), ("epg_file", "file:none.xml"), ("enabled", "0")];
        let made = admin.ok("create_epg", &form).await;
        assert_eq!((&made["next_fetch"], &made["job_id"]), (&Value::Null, &Value::Null));
        assert_eq!(admin.refused("create_epg", &form).await, "EXISTS_NAME");
        let id = made["id"].to_string();
        assert_eq!(admin.refused("reload_epg", &[("id", &id)]).await, "INVALID_INPUT");
        assert_eq!(admin.ok("reload_epg", &[]).await["job_ids"], json!([]));
        let on = admin.ok("edit_epg", &[("id", &id), ("enabled", "1")]).await;
        let missing = ended(&admin, &tenant, &id, &on["job_id"]).await;
        assert_ne!(missing["last_error"], "", "there is no such file: {missing}");
    });
}
