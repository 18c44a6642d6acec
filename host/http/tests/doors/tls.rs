//! Encrypted listeners: a certificate from files, a new one without a restart, and HTTP/2.

use crate::panel::Panel;
use bytes::Bytes;
use host_http::{Config, Listener, Patience, Tls};
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rcgen::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Writes a fresh certificate for `tv.test`, and returns what clients have to trust.
pub(crate) fn certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["tv.test".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// A panel on an encrypted listener, with the certificate in a folder.
pub(crate) async fn encrypted(folder: &TempDir, patience: Patience) -> Panel {
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let tls = Tls { place: "[http]".into(), cert, key };
    let listener = Listener { tls: vec![tls], ..Listener::plain("127.0.0.1:0".parse().unwrap()) };
    Panel::patient(Config { listeners: vec![listener], ..Config::default() }, patience).await
}

/// A connection that trusts only this certificate and offers these protocols.
async fn connect(
    panel: &Panel,
    trusted: &CertificateDer<'static>,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(panel.address).await?;
    TlsConnector::from(Arc::new(config)).connect("tv.test".try_into().unwrap(), tcp).await
}

/// Asks for a path over TLS.
async fn ask(panel: &Panel, trusted: &CertificateDer<'static>, path: &str) -> std::io::Result<String> {
    let mut stream = connect(panel, trusted, &[]).await?;
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
    let panel = encrypted(&folder, Patience::default()).await;
    let answer = ask(&panel, &old, "/player_api.php?username=ann&password=s3cret%2Bpw").await.unwrap();
    assert!(answer.contains("\"scheme\":\"https\""), "{answer}");
    let new = certificate(folder.path());
    panel.certificates.reload().await.unwrap();
    assert!(ask(&panel, &new, "/").await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask(&panel, &old, "/").await.is_err());
    // A broken file leaves the running certificate in place.
    std::fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    assert!(panel.certificates.reload().await.is_err());
    assert!(ask(&panel, &new, "/").await.is_ok());
}

/// An HTTP/2 connection, and the task that ends when the connection does.
struct Http2 {
    sender: SendRequest<Empty<Bytes>>,
    driver: JoinHandle<hyper::Result<()>>,
}

impl Http2 {
    async fn to(panel: &Panel, trusted: &CertificateDer<'static>) -> Http2 {
        Http2::by(Builder::new(TokioExecutor::new()), panel, trusted).await
    }

    /// A client that sends a PING so often, whatever else it does.
    async fn pinging(every: Duration, panel: &Panel, trusted: &CertificateDer<'static>) -> Http2 {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).keep_alive_interval(every).keep_alive_while_idle(true);
        Http2::by(builder, panel, trusted).await
    }

    async fn by(builder: Builder<TokioExecutor>, panel: &Panel, trusted: &CertificateDer<'static>) -> Http2 {
        let stream = connect(panel, trusted, &["h2", "http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
        Http2 { sender, driver: tokio::spawn(connection) }
    }

    async fn get(&mut self, path: &str) -> Response<Incoming> {
        let request = Request::get(format!("https://tv.test{path}")).body(Empty::new()).unwrap();
        soon(self.sender.send_request(request)).await.unwrap()
    }

    /// Waits until the server has ended the connection.
    async fn ended(self) {
        let _ = soon(self.driver).await.unwrap();
    }
}

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

const SHORT: Duration = Duration::from_millis(500);

#[tokio::test]
async fn http2_answers_beside_a_stream_that_plays_on_the_same_connection() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let panel = encrypted(&folder, Patience { head: SHORT, ..Patience::default() }).await;
    let mut client = Http2::to(&panel, &trusted).await;
    // The head's time is not the idle connection's.
    tokio::time::sleep(SHORT * 2).await;
    let mut live = client.get(&format!("/live/ann/s3cret%2Bpw/{}.ts", panel.live)).await;
    assert_eq!((live.status(), live.version()), (StatusCode::OK, Version::HTTP_2));
    assert_eq!(panel.seats(), 1);
    let account = client.get("/player_api.php?username=ann&password=s3cret%2Bpw").await;
    let account = account.into_body().collect().await.unwrap().to_bytes();
    let account: serde_json::Value = serde_json::from_slice(&account).unwrap();
    assert_eq!((&account["request"]["host"], &account["request"]["scheme"]), (&"tv.test".into(), &"https".into()));
    assert_eq!(client.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
    let mut bytes = 0;
    while bytes < 300_000 {
        bytes += soon(live.body_mut().frame()).await.unwrap().unwrap().into_data().unwrap().len();
    }
    // The seat ends the stream and not the connection.
    panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap();
    while soon(live.body_mut().frame()).await.is_some_and(|frame| frame.is_ok()) {}
    assert_eq!(client.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_http2_client_that_takes_nothing_or_asks_for_nothing_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let large = |panel: &Panel| format!("/movie/ann/s3cret%2Bpw/{}.mp4", panel.large);
    let panel = encrypted(&folder, Patience { stall: SHORT, ..Patience::default() }).await;
    let mut stalled = Http2::to(&panel, &trusted).await;
    let _unread = stalled.get(&large(&panel)).await;
    stalled.ended().await;

    let panel = encrypted(&folder, Patience { last_words: SHORT, ..Patience::default() }).await;
    let mut kicked = Http2::to(&panel, &trusted).await;
    let _unread = kicked.get(&large(&panel)).await;
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap(), 1);
    kicked.ended().await;

    let panel = encrypted(&folder, Patience { idle: SHORT, ..Patience::default() }).await;
    let mut idle = Http2::to(&panel, &trusted).await;
    assert_eq!(idle.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
    idle.ended().await;
}

#[tokio::test]
async fn pings_keep_no_http2_connection_that_asks_for_nothing_or_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let panel = encrypted(&folder, Patience { idle: SHORT, ..Patience::default() }).await;
    let mut idle = Http2::pinging(SHORT / 5, &panel, &trusted).await;
    assert_eq!(idle.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
    idle.ended().await;

    let panel = encrypted(&folder, Patience { stall: SHORT, ..Patience::default() }).await;
    let mut stalled = Http2::pinging(SHORT / 5, &panel, &trusted).await;
    let _unread = stalled.get(&format!("/movie/ann/s3cret%2Bpw/{}.mp4", panel.large)).await;
    stalled.ended().await;
}

#[tokio::test]
async fn http2_says_its_limits_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let panel = encrypted(&folder, Patience::default()).await;
    let mut stream = connect(&panel, &trusted, &["h2"]).await.unwrap();
    // The preface, and a frame of settings without any.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut head = [0; 9];
    soon(stream.read_exact(&mut head)).await.unwrap();
    assert_eq!(head[3], 4, "settings come first");
    let mut settings = vec![0; usize::from(head[2])];
    soon(stream.read_exact(&mut settings)).await.unwrap();
    let value = |wanted: u8| {
        let setting = settings.chunks(6).find(|setting| setting[1] == wanted);
        setting.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
    };
    assert_eq!((value(3), value(6)), (Some(100), Some(16 << 10)), "streams at once, bytes of headers");
}
