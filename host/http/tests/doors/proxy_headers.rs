//! Connections that a proxy passes on, each with a PROXY header that says whose it is: whose word counts,
//! which headers are taken, and where the client's address is used.

use crate::client::{Request, get};
use crate::host_names::{Trust, files, shake_hands, write};
use crate::panel::Panel;
use host_http::{Config, Listener, Patience, Sockets};
use proxy_header::{ProxiedAddress, ProxyHeader, SslInfo, Tlv};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";
const PROXY: [u8; 4] = [127, 0, 0, 3];
const STRANGER: [u8; 4] = [127, 0, 0, 4];
const V1: &str = "PROXY TCP4 203.0.113.9 192.0.2.7 4711 80\r\n";

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

/// A panel behind the proxy at 127.0.0.3, which has to say whom it connects for.
async fn panel(config: Config, patience: Patience) -> Panel {
    let listener = Listener { proxy_protocol: true, ..Listener::plain("127.0.0.1:0".parse().unwrap()) };
    let trusted_proxies = vec!["127.0.0.3/32".parse().unwrap()];
    Panel::patient(Config { listeners: vec![listener], trusted_proxies, ..config }, patience).await
}

/// A header of version 2.
fn v2(client: &str, reached: &str, more: Vec<Tlv<'_>>) -> Vec<u8> {
    let ends = ProxiedAddress::stream(client.parse().unwrap(), reached.parse().unwrap());
    let mut header = Vec::new();
    ProxyHeader::with_tlvs(Some(ends), more).encode_v2(&mut header).unwrap();
    header
}

fn v2_for(client: &str) -> Vec<u8> {
    v2(&format!("{client}:4711"), "192.0.2.7:80", vec![])
}

/// What a proxy says of its own connection, or of a client that it does not know.
fn local() -> Vec<u8> {
    let mut header = Vec::new();
    ProxyHeader::with_local().encode_v2(&mut header).unwrap();
    header
}

/// What the panel sees of a request that comes after these bytes.
async fn seen(panel: &Panel, header: impl Into<Vec<u8>>, request: Request) -> Value {
    let answer = panel.send(request.from(PROXY).after(header)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["request"].clone()
}

async fn connect(panel: &Panel, from: [u8; 4]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    soon(socket.connect(panel.address)).await.unwrap()
}

/// What comes until the panel closes the connection, after these bytes and whatever the test sends then.
async fn until_closed(mut stream: TcpStream, bytes: &[u8]) -> String {
    // A socket that was closed before takes nothing any more.
    let _ = stream.write_all(bytes).await;
    let mut read = Vec::new();
    let _ = soon(stream.read_to_end(&mut read)).await;
    String::from_utf8_lossy(&read).into_owned()
}

fn request() -> String {
    format!("GET {ANN} HTTP/1.1\r\nhost: tv.test\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_proxy_names_the_client_in_either_version_of_the_header() {
    let panel = panel(Config::default(), Patience::default()).await;
    for (header, client) in [
        (v2_for("203.0.113.9"), "203.0.113.9"),
        (v2("[2001:db8::9]:4711", "[2001:db8::7]:80", vec![Tlv::Authority("tv.test".into())]), "2001:db8::9"),
        (v2("[::ffff:203.0.113.9]:4711", "[2001:db8::7]:80", vec![]), "203.0.113.9"),
        (V1.into(), "203.0.113.9"),
        ("PROXY TCP6 2001:db8::9 2001:db8::7 4711 80\r\n".into(), "2001:db8::9"),
        // Of its own connections it says nothing: they are the socket's.
        (local(), "127.0.0.3"),
        ("PROXY UNKNOWN\r\n".into(), "127.0.0.3"),
        ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".into(), "127.0.0.3"),
    ] {
        let seen = seen(&panel, header.clone(), get(ANN)).await;
        assert_eq!(seen["address"], json!(client), "{}", header.escape_ascii());
    }
}

#[tokio::test]
async fn a_header_may_come_byte_by_byte_and_no_byte_behind_it_is_lost() {
    let panel = panel(Config::default(), Patience::default()).await;
    for header in [v2_for("203.0.113.9"), V1.into()] {
        let mut stream = connect(&panel, PROXY).await;
        stream.set_nodelay(true).unwrap();
        for byte in header {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let answer = until_closed(stream, request().as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("203.0.113.9"), "{answer}");
    }
}

#[tokio::test]
async fn nobody_else_is_let_in_whatever_they_say() {
    let panel = panel(Config::default(), Patience::default()).await;
    let whole = [V1.as_bytes(), request().as_bytes()].concat();
    assert_eq!(until_closed(connect(&panel, STRANGER).await, &whole).await, "");
    assert_eq!(until_closed(connect(&panel, STRANGER).await, request().as_bytes()).await, "");
    assert_ne!(until_closed(connect(&panel, PROXY).await, &whole).await, "");
}

#[tokio::test]
async fn a_connection_that_begins_with_something_else_is_closed_without_an_answer() {
    let panel = panel(Config::default(), Patience::default()).await;
    let datagram = {
        let ends = ProxiedAddress::datagram("203.0.113.9:1".parse().unwrap(), "192.0.2.7:2".parse().unwrap());
        let mut header = Vec::new();
        ProxyHeader::with_address(ends).encode_v2(&mut header).unwrap();
        header
    };
    let long = v2("203.0.113.9:1", "192.0.2.7:2", vec![Tlv::Noop(4_000)]);
    for first in [
        request().into_bytes(),
        b"PROXY TCP4 203.0.113.9 nowhere 1 2\r\n".to_vec(),
        [b"PROXY TCP4 ".as_slice(), &[b'1'; 200]].concat(),
        b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c".to_vec(),
        datagram,
        long,
    ] {
        let whole = [first.as_slice(), request().as_bytes()].concat();
        assert_eq!(until_closed(connect(&panel, PROXY).await, &whole).await, "", "{}", first.escape_ascii());
    }
}

#[tokio::test]
async fn the_header_comes_before_the_handshake() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = write(folder.path(), "one", &["tv.test"]);
    let any = Listener::plain("127.0.0.1:0".parse().unwrap());
    let listener = Listener { proxy_protocol: true, tls: vec![files(folder.path(), "one")], ..any };
    let trusted_proxies = vec!["127.0.0.3/32".parse().unwrap()];
    let panel = Panel::with(Config { listeners: vec![listener], trusted_proxies, ..Config::default() }).await;
    let mut tcp = connect(&panel, PROXY).await;
    tcp.write_all(&v2_for("203.0.113.9")).await.unwrap();
    let mut stream = soon(shake_hands(tcp, Some("tv.test"), Trust::Only(trusted))).await.unwrap();
    stream.write_all(request().as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.contains("203.0.113.9") && answer.contains("\"scheme\":\"https\""), "{answer}");
    // A handshake without the header is none.
    let tcp = connect(&panel, PROXY).await;
    assert!(soon(shake_hands(tcp, Some("tv.test"), Trust::Any)).await.is_err());
}

#[tokio::test]
async fn a_header_that_does_not_come_whole_in_time_ends_the_connection() {
    let patience = Patience { head: Duration::from_millis(300), ..Patience::default() };
    let panel = panel(Config::default(), patience).await;
    for part in ["", "PROXY TC", "\r\n\r\n\0"] {
        assert_eq!(until_closed(connect(&panel, PROXY).await, part.as_bytes()).await, "", "{part:?}");
    }
}

#[tokio::test]
async fn sockets_are_counted_by_client_and_not_by_proxy() {
    let sockets = Sockets { per_address: Some(2), ..Sockets::default() };
    let panel = panel(Config { sockets, ..Config::default() }, Patience::default()).await;
    let asked = |client: &str| panel.send(get(ANN).from(PROXY).after(v2_for(client)));
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&panel, PROXY).await;
        let open = [v2_for("203.0.113.9"), request().replace("connection: close\r\n", "").into_bytes()].concat();
        stream.write_all(&open).await.unwrap();
        soon(stream.read(&mut [0; 16])).await.unwrap();
        held.push(stream);
    }
    let refused = asked("203.0.113.9").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")));
    assert_eq!(asked("203.0.113.10").await.status, 200);
    drop(held);
    soon(async {
        while asked("203.0.113.9").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn requests_are_limited_by_client_and_not_by_proxy() {
    let panel = panel(Config::default(), Patience::default()).await;
    let asked = |client: &str| panel.send(get("/nowhere").from(PROXY).after(v2_for(client)));
    soon(async { while asked("203.0.113.9").await.status != 429 {} }).await;
    assert_eq!(asked("203.0.113.10").await.status, 404);
}

#[tokio::test]
async fn keys_reach_a_panel_only_when_the_proxy_says_that_they_were_encrypted() {
    let panel = panel(Config::default(), Patience::default()).await;
    let tls = |is_encrypted| {
        v2("203.0.113.9:4711", "127.0.0.1:443", vec![Tlv::Ssl(SslInfo::new(is_encrypted, false, false, 0))])
    };
    for (header, headers, status) in [
        (tls(true), &[][..], 200),
        (tls(false), &[], 403),
        // The machine itself: the proxy's word for it is not enough.
        (v2("127.0.0.1:4711", "127.0.0.1:80", vec![]), &[], 403),
        (local(), &[], 403),
        // What stands behind the header is the client's.
        (local(), &[("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.9")], 403),
        (v2_for("203.0.113.9"), &[("x-forwarded-proto", "https")], 403),
        // A proxy behind the proxy.
        (v2_for("127.0.0.3"), &[("x-forwarded-proto", "https")], 200),
    ] {
        let request = get(panel.admin("")).from(PROXY).after(header.clone());
        let answer = panel.send(headers.iter().fold(request, |all, (name, value)| all.header(name, value))).await;
        assert_eq!(answer.status, status, "{} {headers:?}", header.escape_ascii());
    }
}

#[tokio::test]
async fn addresses_in_answers_are_those_that_the_client_reached() {
    let panel = panel(Config::default(), Patience::default()).await;
    let tls = Tlv::Ssl(SslInfo::new(true, false, false, 0));
    let seen =
        seen(&panel, v2("203.0.113.9:4711", "192.0.2.7:8443", vec![tls]), get(ANN).header("host", "192.0.2.7:8443"))
            .await;
    assert_eq!((&seen["scheme"], &seen["host"], &seen["port"]), (&json!("https"), &json!("192.0.2.7"), &json!(8443)));
}
