//! Encrypted listeners: a certificate from files, and a new one without a restart.

use crate::panel::Panel;
use host_http::{Config, Listener, Tls};
use rcgen::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Writes a fresh certificate for `tv.test`, and answers what clients have to trust.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["tv.test".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// Asks for a path over TLS, trusting only this certificate.
async fn ask(panel: &Panel, trusted: &CertificateDer<'static>, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let tcp = TcpStream::connect(panel.address).await?;
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect("tv.test".try_into().unwrap(), tcp).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: tv.test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text).await;
    Ok(text)
}

#[tokio::test]
async fn a_listener_with_a_certificate_is_encrypted_and_takes_a_new_one_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let old = certificate(folder.path());
    let tls = Tls { cert: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let listener = Listener { tls: Some(tls), ..Listener::plain("127.0.0.1:0".parse().unwrap()) };
    let panel = Panel::with(Config { listeners: vec![listener], ..Config::default() }).await;
    let answer = ask(&panel, &old, "/player_api.php?username=ann&password=s3cret%2Bpw").await.unwrap();
    assert!(answer.contains("\"scheme\":\"https\""), "{answer}");
    let new = certificate(folder.path());
    assert!(ask(&panel, &new, "/").await.is_err());
    panel.certificates.reload().await.unwrap();
    assert!(ask(&panel, &new, "/").await.unwrap().starts_with("HTTP/1.1 404"));
    assert!(ask(&panel, &old, "/").await.is_err());
    // A broken file leaves the running certificate in place.
    std::fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    assert!(panel.certificates.reload().await.is_err());
    assert!(ask(&panel, &new, "/").await.is_ok());
}
