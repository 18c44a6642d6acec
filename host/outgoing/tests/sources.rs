//! What a source's servers may ask of a client that reads them for hours: cookies sent back, and
//! patience with connections that they close. Real servers on loopback.
#![allow(clippy::unwrap_used)]

use futures_util::TryStreamExt;
use host_core::port::{ByteRange, Fetch};
use host_core::source::Source;
use host_outgoing::{Outgoing, OutgoingOptions};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Answers each request with what the test says of its head and of how many requests came before on
/// the same connection; `None` closes the connection without a word. Gives its address and the heads.
async fn server(
    ip: &str,
    answer: impl Fn(&str, usize) -> Option<String> + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (heads, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
    let noted = heads.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (noted, answer) = (noted.clone(), answer.clone());
            tokio::spawn(async move {
                let mut socket = BufReader::new(socket);
                for before in 0.. {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        if socket.read_line(&mut head).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let said = answer(&head, before);
                    noted.lock().unwrap().push(head.to_lowercase());
                    let Some(said) = said else { return };
                    socket.write_all(said.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (address, heads)
}

fn ok(fields: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()))
}

fn outgoing() -> Arc<Outgoing> {
    let options = OutgoingOptions { allow: vec!["127.0.0.0/8".parse().unwrap()], ..OutgoingOptions::default() };
    Arc::new(Outgoing::new(options).unwrap())
}

async fn text(fetch: &dyn Fetch, url: &str, range: Option<ByteRange>) -> String {
    let fetched = fetch.open(url, range).await.unwrap();
    let pieces: Vec<_> = fetched.body.try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

#[tokio::test]
async fn a_request_that_dies_with_a_kept_connection_is_asked_once_more_on_a_new_one() {
    // Takes every second request of a connection and closes without an answer, as servers do whose
    // patience with idle connections has just run out.
    let (address, heads) = server("127.0.0.1", |_, before| if before == 0 { ok("", "bytes") } else { None }).await;
    let outgoing = outgoing();
    for n in 0..10 {
        let range = ByteRange::From(n);
        assert_eq!(text(&*outgoing, &format!("{address}/{n}.ts"), Some(range)).await, "bytes", "segment {n}");
    }
    let heads = heads.lock().unwrap();
    let asked_twice = heads.iter().filter(|head| head.starts_with("get /9.ts ")).count();
    assert!(asked_twice <= 2, "once more, and not again and again");
    assert!(
        heads.iter().filter(|head| head.starts_with("get /9.ts ")).all(|head| head.contains("range: bytes=9-\r\n"))
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_asked_twice_and_no_more() {
    let (address, heads) = server("127.0.0.1", |_, _| None).await;
    assert!(outgoing().open(&format!("{address}/"), None).await.is_err());
    assert_eq!(heads.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn cookies_of_a_source_go_back_to_the_host_that_set_them_and_to_no_other() {
    let (other, other_heads) = server("127.0.0.2", |_, _| ok("Set-Cookie: theirs=2\r\n", "segment")).await;
    let elsewhere = other.clone();
    let (address, heads) = server("127.0.0.1", move |head, _| match head.split(' ').nth(1) {
        Some("/start") => Some(
            "HTTP/1.1 302 Found\r\nSet-Cookie: pass=hunter2; Path=/\r\nLocation: /list\r\nContent-Length: 0\r\n\r\n"
                .to_owned(),
        ),
        Some("/away") => Some(format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}/s\r\nContent-Length: 0\r\n\r\n")),
        _ => ok("", "list"),
    })
    .await;
    let outgoing = outgoing();
    let source = outgoing.clone().for_one_source(&Source::from("test:none"));
    for path in ["/start", "/away", "/list"] {
        text(&*source, &format!("{address}{path}"), None).await;
    }
    text(&*source, &format!("{other}/s"), None).await;
    text(&*source.clone().for_one_source(&Source::from("test:none")), &format!("{address}/stranger"), None).await;
    text(&*outgoing, &format!("{address}/nobody"), None).await;
    let carried = |heads: &Mutex<Vec<String>>| -> Vec<String> {
        let heads = heads.lock().unwrap();
        let cookies =
            heads.iter().map(|head| head.lines().find_map(|line| line.strip_prefix("cookie: ")).unwrap_or(""));
        cookies.map(str::to_owned).collect()
    };
    let pass = "pass=hunter2";
    assert_eq!(carried(&heads), ["", pass, pass, pass, "", ""], "start, list, away, list, another source, none");
    assert_eq!(carried(&other_heads), ["", "theirs=2"]);
}

#[tokio::test]
async fn headers_of_a_source_go_with_each_request_and_passes_among_them_to_its_own_host_alone() {
    let (other, other_heads) = server("127.0.0.2", |_, _| ok("", "segment")).await;
    let elsewhere = other.clone();
    let (address, heads) = server("127.0.0.1", move |head, _| match head.split(' ').nth(1) {
        Some("/away") => Some(format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}/s\r\nContent-Length: 0\r\n\r\n")),
        _ => ok("", "list"),
    })
    .await;
    let headers = [("User-Agent", "box"), ("X-Pass", "hunter2")].map(|(name, value)| (name.into(), value.into()));
    let source = Source { headers: headers.into(), ..Source::from(format!("{address}/list")) };
    let source = outgoing().for_one_source(&source);
    for url in [format!("{address}/list"), format!("{address}/away"), format!("{other}/s")] {
        text(&*source, &url, None).await;
    }
    let carried = |heads: &Mutex<Vec<String>>, header: &str| {
        heads.lock().unwrap().iter().filter(|head| head.contains(header)).count()
    };
    assert_eq!((carried(&heads, "user-agent: box\r\n"), carried(&heads, "x-pass: hunter2\r\n")), (2, 2));
    assert_eq!((carried(&other_heads, "user-agent: box\r\n"), carried(&other_heads, "x-pass")), (2, 0));
}
