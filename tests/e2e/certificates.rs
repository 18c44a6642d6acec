//! A new certificate without a restart: the files change, and new connections get it, at once after SIGHUP.

use crate::daemon::Daemon;
use crate::panel::run;
use crate::process::{Station, client};
use rcgen::CertifiedKey;
use reqwest::Certificate;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longest wait for a new certificate; a test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes a fresh certificate for `tv.test`, and answers what clients have to trust.
fn renew(station: &Station) -> Certificate {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["tv.test".to_owned()]).unwrap();
    station.file("cert.pem", cert.pem());
    station.file("key.pem", signing_key.serialize_pem());
    Certificate::from_pem(cert.pem().as_bytes()).unwrap()
}

/// Whether a new connection of a client that trusts only this certificate gets an answer.
async fn is_trusted(daemon: &Daemon, certificate: &Certificate) -> bool {
    let builder = reqwest::Client::builder().tls_certs_only([certificate.clone()]).resolve("tv.test", daemon.address);
    let url = format!("https://tv.test:{}/player_api.php", daemon.address.port());
    builder.build().unwrap().get(url).send().await.is_ok_and(|answer| answer.status() == 200)
}

/// A panel that is encrypted with the certificate in the station's folder.
fn start(station: &Station) -> Daemon {
    start_with(station).0
}

/// Likewise, with what the command told of the tenant.
fn start_with(station: &Station) -> (Daemon, Value) {
    let made = station.json(&["tenant", "create", "acme", "--host", "tv.test"]);
    let path = |name: &str| station.folder.path().join(name).display().to_string();
    let config = format!("[http]\ntls_cert = '{}'\ntls_key = '{}'\n", path("cert.pem"), path("key.pem"));
    station.file("linecard.toml", config);
    (Daemon::start(station), made)
}

async fn until_trusted(daemon: &Daemon, certificate: &Certificate) {
    let began = Instant::now();
    while !is_trusted(daemon, certificate).await {
        assert!(began.elapsed() < PATIENCE, "the new certificate was not taken:\n{}", daemon.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_taken_at_sighup_and_a_broken_one_is_not() {
    // Installs what encrypts, as every client of these tests.
    let _ = client();
    let station = Station::new();
    let old = renew(&station);
    let daemon = start(&station);
    assert!(is_trusted(&daemon, &old).await);
    let new = renew(&station);
    daemon.signal("HUP");
    daemon.line_with("the certificates were read again");
    assert!(is_trusted(&daemon, &new).await);
    assert!(!is_trusted(&daemon, &old).await);
    station.file("cert.pem", "nothing");
    daemon.signal("HUP");
    let line = daemon.line_with("the old certificate stays; correct the files");
    assert!(line.contains("tls_cert") && line.contains("cert.pem"), "it names field and file: {line}");
    assert!(is_trusted(&daemon, &new).await);
}

/// An action of the panel's admin, over TLS.
async fn admin(daemon: &Daemon, certificate: &Certificate, made: &Value, action: &str) -> Value {
    let builder = reqwest::Client::builder().tls_certs_only([certificate.clone()]).resolve("tv.test", daemon.address);
    let text = |name: &str| made[name].as_str().unwrap();
    let url = format!("https://tv.test:{}/{}/admin/index.php", daemon.address.port(), text("admin_access_code"));
    let form = [("api_key", text("admin_api_key")), ("action", action)];
    builder.build().unwrap().post(url).form(&form).send().await.unwrap().json().await.unwrap()
}

#[test]
fn an_admin_sees_the_certificate_and_has_a_new_one_taken_at_once() {
    run(seen_and_taken());
}

async fn seen_and_taken() {
    let _ = client();
    let station = Station::new();
    let old = renew(&station);
    let (daemon, made) = start_with(&station);
    let info = admin(&daemon, &old, &made, "get_certificate_info").await;
    let shown = &info["data"]["certificates"][0];
    assert_eq!((&shown["domains"], &info["data"]["valid_to"]), (&json!(["tv.test"]), &shown["valid_to"]), "{info}");
    assert!(info["data"]["days_left"].as_i64().unwrap() > 300 && shown["issuer"].is_string(), "{info}");
    let new = renew(&station);
    let reloaded = admin(&daemon, &old, &made, "reload_nginx").await;
    assert_eq!(reloaded["data"]["applied"], json!(["certificates", "routes"]), "{reloaded}");
    assert!(is_trusted(&daemon, &new).await);
    assert!(!is_trusted(&daemon, &old).await);
    let again = admin(&daemon, &new, &made, "get_certificate_info").await;
    assert_ne!(again["data"]["certificates"][0]["serial"], shown["serial"], "{again}");
    station.file("cert.pem", "nothing");
    let refused = admin(&daemon, &new, &made, "reload_nginx").await;
    assert_eq!(refused["status"], "STATUS_FAILURE", "{refused}");
    assert!(!refused.to_string().contains("cert.pem"), "where files lie is the operator's: {refused}");
    assert!(is_trusted(&daemon, &new).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_taken_by_itself_and_a_broken_one_is_told_once() {
    let _ = client();
    let station = Station::new();
    let old = renew(&station);
    let daemon = start(&station);
    assert!(is_trusted(&daemon, &old).await);
    let broken = "the old certificate stays until its files change again";
    let CertifiedKey { signing_key, .. } = rcgen::generate_simple_self_signed(["tv.test".to_owned()]).unwrap();
    station.file("key.pem", signing_key.serialize_pem());
    let line = daemon.line_with(broken);
    assert!(line.contains("[http] tls_key") && line.contains("is not the key of"), "{line}");
    assert!(is_trusted(&daemon, &old).await);
    let new = renew(&station);
    until_trusted(&daemon, &new).await;
    daemon.line_with("a new certificate is shown from now on");
    let log = daemon.log();
    assert_eq!(log.matches(broken).count(), 1, "{log}");
}
