//! The rules for outgoing connections, against real servers on loopback that note what reaches
//! them.
#![allow(clippy::unwrap_used)]

use futures_util::StreamExt;
use host_core::port::{ByteRange, Fetch, FetchError, Fetched};
use host_core::secret::Secret;
use host_outgoing::{Names, Outgoing, OutgoingOptions, Request, Times};
use std::collections::VecDeque;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each connection with one text and keeps the heads of requests.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<u32>>,
}

impl Server {
    /// The answer may hold `{path}`-dependent redirects: it is made from the request's head. An
    /// empty answer stays silent with the connection open.
    async fn start(ip: &str, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heads, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (noted, counted, answer) = (Arc::clone(&heads), Arc::clone(&connections), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                tokio::spawn(async move {
                    let (mut head, mut buffer) = (Vec::new(), [0; 4_096]);
                    while !head.ends_with(b"\r\n\r\n") {
                        match socket.read(&mut buffer).await {
                            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                            _ => return,
                        }
                    }
                    let head = String::from_utf8(head).unwrap().to_lowercase();
                    let answer = answer(&head);
                    noted.lock().unwrap().push(head);
                    socket.write_all(answer.as_bytes()).await.unwrap();
                    if answer.is_empty() || answer.contains("stalls") {
                        let _ = socket.read(&mut buffer).await;
                    }
                });
            }
        });
        Server { address, heads, connections }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}

/// Answers each question with the next list of addresses; the last one stays.
struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Scripted> {
        let answers = answers.iter().map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect());
        Arc::new(Scripted(Mutex::new(answers.collect())))
    }
}

impl Names for Scripted {
    fn addresses<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send + 'a>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

fn options(allow: &[&str]) -> OutgoingOptions {
    OutgoingOptions { allow: allow.iter().map(|net| net.parse().unwrap()).collect(), ..OutgoingOptions::default() }
}

fn outgoing(allow: &[&str]) -> Outgoing {
    Outgoing::new(options(allow)).unwrap()
}

fn named(allow: &[&str], names: Arc<Scripted>) -> Outgoing {
    Outgoing::new(OutgoingOptions { names, ..options(allow) }).unwrap()
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

async fn text(fetched: Fetched) -> Result<String, FetchError> {
    let chunks: Vec<_> = fetched.body.collect().await;
    let chunks: Result<Vec<_>, _> = chunks.into_iter().collect();
    Ok(String::from_utf8(chunks?.concat()).unwrap())
}

fn error(result: Result<Fetched, FetchError>) -> FetchError {
    match result {
        Err(error) => error,
        Ok(fetched) => panic!("an answer came: {}", fetched.status),
    }
}

#[tokio::test]
async fn loopback_is_refused_unless_its_network_is_listed() {
    let server = Server::start("127.0.0.1", |_| ok("bytes")).await;
    assert!(
        matches!(error(outgoing(&[]).open(&server.url("/"), None).await), FetchError::Forbidden(rule) if rule.contains("loopback"))
    );
    assert!(matches!(error(outgoing(&["10.0.0.0/8"]).open(&server.url("/"), None).await), FetchError::Forbidden(_)));
    for form in ["[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost"] {
        let url = format!("http://{form}:{}/", server.address.port());
        assert!(matches!(error(outgoing(&[]).open(&url, None).await), FetchError::Forbidden(_)), "{form}");
    }
    assert_eq!(server.connections(), 0, "nothing was connected to");

    let fetched = outgoing(&["127.0.0.1/32"]).open(&server.url("/a?b=c"), None).await.unwrap();
    assert_eq!(
        (fetched.status, fetched.content_type.as_deref(), fetched.content_length),
        (200, Some("video/mp2t"), Some(5))
    );
    assert_eq!(fetched.final_url, server.url("/a?b=c"));
    assert_eq!(text(fetched).await.unwrap(), "bytes");
    assert!(
        server.heads()[0].starts_with("get /a?b=c http/1.1\r\n") && server.heads()[0].contains("user-agent: linecard/")
    );
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_refused_as_a_whole() {
    let server = Server::start("127.0.0.1", |_| ok("")).await;
    let url = format!("http://source.example:{}/", server.address.port());
    for addresses in [&["127.0.0.1", "10.0.0.1"][..], &["10.0.0.1", "127.0.0.1"], &["127.0.0.1", "::ffff:10.0.0.1"]] {
        let refused = error(named(&["127.0.0.0/8"], Scripted::new(&[addresses])).open(&url, None).await);
        assert!(
            matches!(refused, FetchError::Forbidden(rule) if rule.contains("private")),
            "{addresses:?}: {refused:?}"
        );
    }
    assert_eq!(server.connections(), 0);
    let nowhere = error(named(&["127.0.0.0/8"], Scripted::new(&[&[]])).open(&url, None).await);
    assert!(matches!(nowhere, FetchError::Unreachable(_)), "{nowhere:?}");
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_again_and_the_checked_one_is_connected_to() {
    let server = Server::start("127.0.0.2", |_| ok("bytes")).await;
    let url = format!("http://source.example:{}/", server.address.port());
    let outgoing = named(&["127.0.0.2/32"], Scripted::new(&[&["127.0.0.2"], &["127.0.0.1"]]));
    let first = outgoing.open(&url, None).await.unwrap();
    assert_eq!(text(first).await.unwrap(), "bytes");
    assert!(server.heads()[0].contains(&format!("host: source.example:{}\r\n", server.address.port())));
    assert!(matches!(error(outgoing.open(&url, None).await), FetchError::Forbidden(_)));
}

#[tokio::test]
async fn each_redirect_is_checked_before_it_is_followed() {
    let hidden = Server::start("127.0.0.2", |_| ok("secret")).await;
    let hidden_url = hidden.url("/");
    let server = Server::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/hidden") => moved(&hidden_url),
        Some("/file") => moved("file:///etc/passwd"),
        Some("/port") => moved("http://127.0.0.1:22/"),
        Some("/user") => moved("http://user:pass@127.0.0.1/"),
        Some("/broken") => moved("http://"),
        _ => moved("/hidden"),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    for path in ["/hidden", "/relative", "/file", "/port", "/user"] {
        let refused = error(outgoing.open(&server.url(path), None).await);
        assert!(matches!(refused, FetchError::Forbidden(_)), "{path}: {refused:?}");
    }
    assert!(matches!(error(outgoing.open(&server.url("/broken"), None).await), FetchError::Broken(_)));
    assert_eq!(hidden.connections(), 0);
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = Server::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/0") => ok("there"),
        Some(path) => moved(&format!("/{}", path.trim_start_matches('/').parse::<u32>().unwrap() - 1)),
        None => String::new(),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let fetched = outgoing.open(&server.url("/3"), None).await.unwrap();
    assert_eq!(fetched.final_url, server.url("/0"));
    assert_eq!(text(fetched).await.unwrap(), "there");
    assert!(matches!(error(outgoing.open(&server.url("/4"), None).await), FetchError::Broken(_)));
}

#[tokio::test]
async fn addresses_that_are_no_plain_http_are_refused() {
    let outgoing = outgoing(&["0.0.0.0/0", "::/0"]);
    for url in [
        "",
        "x",
        "/a",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "rtmp://127.0.0.1/",
        "unix:/run/x",
        "http://",
        "http://user@127.0.0.1/",
        "http://:pass@127.0.0.1/",
        "http://127.0.0.1:22/",
        "https://127.0.0.1:6379/",
        "http://127.0.0.1:0/",
    ] {
        assert!(matches!(error(outgoing.open(url, None).await), FetchError::Forbidden(_)), "{url:?}");
    }
}

#[tokio::test]
async fn headers_with_credentials_stay_with_the_host_that_was_named() {
    let back: Arc<Mutex<String>> = Arc::default();
    let target = Arc::clone(&back);
    let other = Server::start("127.0.0.1", move |_| moved(&target.lock().unwrap())).await;
    let other_url = other.url("/other");
    let first = Server::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/start") => moved("/same"),
        Some("/same") => moved(&other_url),
        _ => ok("end"),
    })
    .await;
    *back.lock().unwrap() = first.url("/end");

    let headers = [("Authorization", Secret::new("Bearer hunter2")), ("Cookie", Secret::new("hunter2"))];
    let request = Request { url: &first.url("/start"), headers: &headers, ..Request::default() };
    assert!(!format!("{request:?}").contains("hunter2"));
    let fetched = outgoing(&["127.0.0.0/8"]).get(request).await.unwrap();
    assert_eq!(text(fetched).await.unwrap(), "end");
    let carried =
        |server: &Server| server.heads().iter().map(|head| head.matches("hunter2").count()).collect::<Vec<_>>();
    assert_eq!(carried(&first), [2, 2, 0], "start, the same host, and after another host");
    assert_eq!(carried(&other), [0]);
}

#[tokio::test]
async fn a_body_beyond_its_cap_breaks_off() {
    let server = Server::start("127.0.0.1", |head| match head.contains("/counted") {
        true => ok(&"x".repeat(1_001)),
        false => format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(200_000)),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let url = server.url("/counted");
    let capped = |max| Request { url: &url, max_bytes: Some(max), ..Request::default() };
    assert!(matches!(error(outgoing.get(capped(1_000)).await), FetchError::Broken(reason) if reason.contains("1000")));
    assert_eq!(text(outgoing.get(capped(1_001)).await.unwrap()).await.unwrap().len(), 1_001);

    let url = server.url("/uncounted");
    let request = Request { url: &url, max_bytes: Some(100_000), ..Request::default() };
    let chunks: Vec<_> = outgoing.get(request).await.unwrap().body.collect().await;
    let given: usize = chunks.iter().flatten().map(|chunk| chunk.len()).sum();
    assert!(given <= 100_000 && matches!(chunks.last(), Some(Err(FetchError::Broken(_)))));
    assert_eq!(chunks.iter().filter(|chunk| chunk.is_err()).count(), 1, "nothing follows the error");
    assert_eq!(text(outgoing.open(&url, None).await.unwrap()).await.unwrap().len(), 200_000, "no cap");
}

#[tokio::test]
async fn a_server_that_stays_silent_times_out_before_and_after_its_head() {
    let silent = Server::start("127.0.0.1", |_| String::new()).await;
    let stalls = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstalls";
    let stalling = Server::start("127.0.0.1", move |_| stalls.to_owned()).await;
    let short = Duration::from_millis(150);
    let times = Times { connect: short, head: short, idle: short };
    let outgoing = Outgoing::new(OutgoingOptions { times, ..options(&["127.0.0.1/32"]) }).unwrap();
    assert_eq!(error(outgoing.open(&silent.url("/"), None).await), FetchError::TimedOut);
    let chunks: Vec<_> = outgoing.open(&stalling.url("/"), None).await.unwrap().body.collect().await;
    assert_eq!(chunks, [Ok("stalls".into()), Err(FetchError::TimedOut)]);

    let times = Times { idle: Duration::from_secs(3_600), ..Times::default() };
    let patient = Outgoing::new(OutgoingOptions { times, ..options(&["127.0.0.1/32"]) }).unwrap();
    let request = Request { url: &stalling.url("/"), max_time: Some(short), ..Request::default() };
    let chunks = patient.get(request).await.unwrap().body.collect::<Vec<_>>();
    let last = tokio::time::timeout(Duration::from_secs(10), chunks).await.unwrap().pop();
    assert_eq!(last, Some(Err(FetchError::TimedOut)), "the request's own time is over");
}

#[tokio::test]
async fn a_range_is_asked_for_on_each_hop_and_any_status_is_an_answer() {
    let server = Server::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/start") => moved("/film"),
        Some("/gone") => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/9\r\nContent-Length: 3\r\n\r\ncde".to_owned(),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let fetched = outgoing.open(&server.url("/start"), Some(ByteRange::Between(2, 4))).await.unwrap();
    assert_eq!((fetched.status, fetched.content_range.as_deref()), (206, Some("bytes 2-4/9")));
    assert_eq!(text(fetched).await.unwrap(), "cde");
    assert!(server.heads().iter().all(|head| head.contains("range: bytes=2-4\r\n")));
    assert_eq!(outgoing.open(&server.url("/gone"), None).await.unwrap().status, 404);
}

#[tokio::test]
async fn errors_name_no_address() {
    let garbage = Server::start("127.0.0.1", |_| "this is no HTTP\r\n\r\n".to_owned()).await;
    let short = Server::start("127.0.0.1", |_| "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_owned()).await;
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/live/anna/hunter2/1.ts?password=hunter2", listener.local_addr().unwrap())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let outgoing = named(&["127.0.0.1/32"], Scripted::new(&[&["10.0.0.1"]]));
    let path = "/live/anna/hunter2/1.ts?password=hunter2";
    let cut = outgoing.open(&short.url(path), None).await.unwrap();
    let errors = [
        error(outgoing.open(&garbage.url(path), None).await),
        error(outgoing.open(&format!("https://{plain}{path}"), None).await),
        error(outgoing.open(&closed, None).await),
        error(outgoing.open("http://source.example/live/anna/hunter2/1.ts", None).await),
        error(outgoing.open("http://anna:hunter2@source.example/", None).await),
        text(cut).await.unwrap_err(),
    ];
    for error in &errors {
        let words = format!("{error} {error:?}");
        assert!(!words.contains("hunter2") && !words.contains("anna") && !words.contains("http:"), "{words}");
    }
    assert!(matches!(&errors[0], FetchError::Broken(_)), "{:?}", errors[0]);
    assert!(matches!(&errors[1], FetchError::Unreachable(_)), "{:?}", errors[1]);
    assert!(matches!(&errors[2], FetchError::Unreachable(reason) if reason.contains("refused")), "{:?}", errors[2]);
    assert!(matches!(&errors[5], FetchError::Broken(_)), "{:?}", errors[5]);
}

#[tokio::test]
async fn dropping_a_body_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let (fetched, mut socket) = tokio::join!(outgoing.open(&url, None), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4_096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\n\r\nendless").await.unwrap();
        socket
    });
    drop(fetched.unwrap());
    let ended = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut [0; 16])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)));
}
