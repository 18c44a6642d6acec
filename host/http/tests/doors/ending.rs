//! The end of a server that is asked to end: what runs is finished, what waits is closed.

use crate::client::get;
use crate::panel::Panel;
use host_http::Config;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(50), happens).await.expect("it happens")
}

/// A panel that never cuts anybody off: what ends here does so by itself.
async fn patient() -> Panel {
    Panel::with(Config { drain: Some(Duration::from_secs(3_600)), ..Config::default() }).await
}

#[tokio::test]
async fn connections_that_ask_for_nothing_are_closed_at_once() {
    let mut panel = patient().await;
    let mut silent = TcpStream::connect(panel.address).await.unwrap();
    let mut used = TcpStream::connect(panel.address).await.unwrap();
    let mut read = vec![0; 16_384];
    used.write_all(format!("GET {ANN} HTTP/1.1\r\nhost: tv.test\r\n\r\n").as_bytes()).await.unwrap();
    let count = soon(used.read(&mut read)).await.unwrap();
    assert!(read[..count].starts_with(b"HTTP/1.1 200 "));
    soon(panel.end()).await;
    for stream in [&mut silent, &mut used] {
        let mut rest = Vec::new();
        let _ = soon(stream.read_to_end(&mut rest)).await;
        assert_eq!(rest.escape_ascii().to_string(), "", "closed without a word");
    }
    assert!(TcpStream::connect(panel.address).await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_being_sent_is_sent_to_its_end() {
    let mut panel = patient().await;
    let mut open = get(format!("/movie/ann/s3cret+pw/{}.mp4", panel.large)).open(panel.address).await;
    let length: usize = open.header("content-length").unwrap().parse().unwrap();
    assert!(open.reads(1_000).await);
    let (address, mut ended) = (panel.address, Box::pin(panel.end()));
    // Until nobody new is let in; the answer is far from its end then.
    soon(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::select! {
                () = &mut ended => panic!("the panel ended before the answer did"),
                () = tokio::task::yield_now() => {}
            }
        }
    })
    .await;
    let (whole, ()) = soon(async { tokio::join!(open.reads(length), ended) }).await;
    assert!(whole);
}

#[tokio::test]
async fn a_request_whose_body_still_comes_is_answered() {
    let mut panel = patient().await;
    let mut stream = TcpStream::connect(panel.address).await.unwrap();
    let form = "username=ann&password=s3cret%2Bpw";
    let (first, last) = form.split_at(10);
    let head = format!(
        "POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\nexpect: 100-continue\r\n\
        content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut read = vec![0; 64];
    // Somebody waits for the body: the request has begun.
    let count = soon(stream.read(&mut read)).await.unwrap();
    assert!(read[..count].starts_with(b"HTTP/1.1 100 "));
    let (address, ended) = (panel.address, panel.end());
    let sent = async {
        stream.write_all(first.as_bytes()).await.unwrap();
        while TcpStream::connect(address).await.is_ok() {}
        stream.write_all(last.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (answer, ()) = soon(async { tokio::join!(sent, ended) }).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
}
