//! The listeners of a running process: what they turn away is counted by kind and told seldom, and the
//! configuration of certificates is checked before anybody needs it.

use crate::process::{Serving, Station, client};
use rcgen::CertifiedKey;
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

/// Longest wait for what has to happen; a test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const HEADER: &str = "PROXY TCP4 203.0.113.9 192.0.2.7 4711 80\r\n";
const REQUEST: &str = "GET /player_api.php HTTP/1.1\r\nhost: acme.test\r\nconnection: close\r\n\r\n";

/// Writes a certificate for these host names beside the data, and answers how the configuration names it.
fn certificate(station: &Station, name: &str, hosts: &[&str]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(hosts).unwrap();
    let cert = station.file(&format!("{name}.pem"), cert.pem());
    let key = station.file(&format!("{name}.key"), signing_key.serialize_pem());
    format!("tls_cert = '{cert}'\ntls_key = '{key}'\n")
}

/// Where it listens, once that is `count` addresses.
async fn addresses(serving: &Serving, count: usize) -> Vec<SocketAddr> {
    let began = Instant::now();
    loop {
        let log = serving.log();
        let lines = log.lines().filter_map(|line| line.split_once(": listening address="));
        let found: Vec<_> = lines.map(|(_, address)| address.trim().parse().unwrap()).collect();
        if found.len() == count {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{log}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Sends these bytes from an address of this machine, and reads until the other side closes.
async fn sent(from: [u8; 4], to: SocketAddr, bytes: &str) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    // One that was closed at once takes nothing any more.
    let _ = stream.write_all(bytes.as_bytes()).await;
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read).await;
    String::from_utf8_lossy(&read).into_owned()
}

/// Waits for a line of the metrics, asked for on one and the same connection.
async fn until_counted(serving: &Serving, line: &str) {
    let (name, count) = line.rsplit_once(' ').unwrap();
    let count: u64 = count.parse().unwrap();
    until_metric(serving, name, |now| now == count).await;
}

async fn until_metric(serving: &Serving, name: &str, is_right: impl Fn(u64) -> bool) {
    let began = Instant::now();
    loop {
        let metrics = serving.http.get(format!("{}/metrics", serving.management)).send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        let found = metrics.lines().find_map(|line| line.strip_prefix(name)).map(|count| count.trim().parse().unwrap());
        if found.is_some_and(&is_right) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{name} is {found:?} in\n{metrics}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_away_is_counted_by_kind_and_told_once_a_period() {
    let station = Station::new();
    let tls = certificate(&station, "one", &["acme.test"]);
    station.file(
        "linecard.toml",
        format!(
            "[http]\ntrusted_proxies = ['127.0.0.3/32']\nproxy_protocol = 'required'\n\
             [[listener]]\naddress = '127.0.0.1:0'\n{tls}"
        ),
    );
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve_logging("info,access=debug");
    let [behind_proxy, encrypted] = addresses(&serving, 2).await[..] else { panic!("two listeners") };
    let (proxy, stranger) = ([127, 0, 0, 3], [127, 0, 0, 4]);
    let kinds = |name: &str, kinds: &[(&str, u32)]| -> Vec<String> {
        kinds.iter().map(|(kind, count)| format!("linecard_http_{name}=\"{kind}\"}} {count}")).collect()
    };
    for line in [
        kinds("accept_errors_total{kind", &[("process_files", 0), ("system_files", 0), ("client", 0)]),
        kinds("proxy_refused_total{why", &[("untrusted", 0), ("malformed", 0), ("late", 0)]),
        kinds("handshake_failures_total{why", &[("not_tls", 0), ("certificate", 0), ("late", 0)]),
    ]
    .concat()
    {
        until_counted(&serving, &line).await;
    }

    assert!(sent(proxy, behind_proxy, &format!("{HEADER}{REQUEST}")).await.starts_with("HTTP/1.1 200 "));
    let line = serving.line_with("address=203.0.113.9");
    assert!(line.contains("/player_api.php"), "the log has the client's address: {line}");
    for _ in 0..3 {
        assert_eq!(sent(stranger, behind_proxy, &format!("{HEADER}{REQUEST}")).await, "");
        assert_eq!(sent(proxy, behind_proxy, REQUEST).await, "");
        sent(stranger, encrypted, REQUEST).await;
    }
    // One that does not know who signed the certificate.
    assert!(client().get(format!("https://{encrypted}/")).send().await.is_err());
    for line in [
        kinds("proxy_refused_total{why", &[("untrusted", 3), ("malformed", 3), ("late", 0)]),
        kinds("handshake_failures_total{why", &[("not_tls", 3), ("certificate", 1)]),
    ]
    .concat()
    {
        until_counted(&serving, &line).await;
    }
    let said = serving.line_with("without a PROXY header from one of [http] trusted_proxies");
    assert!(said.contains("127.0.0.4") && said.contains("untrusted"), "{said}");
    let said = serving.line_with("a TLS handshake failed");
    assert!(said.contains("not_tls"), "{said}");
    let (status, _, log) = serving.terminate();
    assert!(status.success(), "{log}");
    for line in ["without a PROXY header", "a TLS handshake failed"] {
        assert_eq!(log.matches(line).count(), 1, "{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_may_open_no_more_files_counts_it_and_goes_on_when_it_may() {
    let station = Station::new();
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve();
    // From here on by the connection that was made now.
    until_counted(&serving, "linecard_http_accept_errors_total{kind=\"process_files\"} 0").await;
    let files = serving.files();
    serving.limit_files(8);
    let address = serving.url.trim_start_matches("http://").to_owned();
    let mut waiting = TcpStream::connect(address).await.unwrap();
    waiting.write_all(REQUEST.as_bytes()).await.unwrap();
    // Twice: it tries again.
    until_metric(&serving, "linecard_http_accept_errors_total{kind=\"process_files\"}", |count| count > 1).await;
    let said = serving.line_with("connections cannot be taken");
    assert!(said.contains("process_files"), "{said}");
    serving.limit_files(files);
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_configuration_is_checked_with_its_certificates() {
    let station = Station::new();
    let check = || station.run(&["config", "check", "--json"]);
    assert_eq!(check().json()["host_names"], json!([]));
    let (one, two) = (certificate(&station, "one", &["one.test"]), certificate(&station, "two", &["*.two.test"]));
    let config = format!("[http]\n{one}[[http.certificates]]\n{two}");
    station.file("linecard.toml", &config);
    assert_eq!(check().json()["host_names"], json!(["one.test", "*.two.test"]));
    let doctor = ["doctor", "--json", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"];
    let told = station.run(&doctor);
    assert!(told.code == 0 && told.out.contains("one.test, *.two.test"), "{}{}", told.out, told.err);
    for (config, parts) in [
        (config.replace("two.key", "one.key"), ["[[http.certificates]] no. 1 tls_key", "one.key is not the key of"]),
        (config.replace("two.pem", "no.pem"), ["[[http.certificates]] no. 1 tls_cert", "no.pem"]),
        (format!("[http]\n{one}[[http.certificates]]\n{one}"), ["one.test", "([http] tls_cert)"]),
        (
            format!("{config}[[listener]]\naddress = '127.0.0.1:9'\n{one}[[listener.certificates]]\n{one}"),
            ["[[listener.certificates]] no. 1 of 127.0.0.1:9", "([[listener]] 127.0.0.1:9 tls_cert)"],
        ),
        ("[http]\nproxy_protocol = 'required'\n".to_owned(), ["[http] proxy_protocol", "trusted_proxies"]),
    ] {
        station.file("linecard.toml", &config);
        for told in [check(), station.run(&["serve", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"])] {
            assert_eq!(told.code, 1, "{}", told.err);
            assert!(parts.iter().all(|part| told.err.contains(part)), "{}\n{parts:?}", told.err);
        }
        assert_eq!(station.run(&doctor).code, 1);
    }
}
