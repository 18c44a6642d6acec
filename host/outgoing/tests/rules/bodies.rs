//! How answers end: caps, time limits, errors without addresses.

use crate::client::{Scripted, error, named, options, outgoing, text};
use crate::server::{Server, ok};
use futures_util::StreamExt;
use host_core::port::{Fetch, FetchError};
use host_outgoing::{Outgoing, OutgoingOptions, Request, Times};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

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
