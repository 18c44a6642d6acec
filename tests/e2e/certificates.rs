//! A new certificate without a restart: the files change, SIGHUP, and new connections get it.

use crate::daemon::Daemon;
use crate::process::{Station, client};
use rcgen::CertifiedKey;
use reqwest::Certificate;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_taken_at_sighup_and_a_broken_one_is_not() {
    // Installs what encrypts, as every client of these tests.
    let _ = client();
    let station = Station::new();
    station.json(&["tenant", "create", "acme", "--host", "tv.test"]);
    let old = renew(&station);
    let path = |name: &str| station.folder.path().join(name).display().to_string();
    let config = format!("[http]\ntls_cert = '{}'\ntls_key = '{}'\n", path("cert.pem"), path("key.pem"));
    station.file("linecard.toml", config);
    let daemon = Daemon::start(&station);
    assert!(is_trusted(&daemon, &old).await);
    let new = renew(&station);
    assert!(!is_trusted(&daemon, &new).await, "nobody has asked for it yet");
    daemon.signal("HUP");
    daemon.line_with("the certificates were read again");
    assert!(is_trusted(&daemon, &new).await);
    assert!(!is_trusted(&daemon, &old).await);
    station.file("cert.pem", "nothing");
    daemon.signal("HUP");
    let line = daemon.line_with("the old certificate stays");
    assert!(line.contains("cert.pem"), "it names the file: {line}");
    assert!(is_trusted(&daemon, &new).await);
}
