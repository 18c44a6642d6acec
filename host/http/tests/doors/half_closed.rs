//! Clients that send their request, end their sending side, and read on.

use crate::host_names::{Trust, connect};
use crate::panel::Panel;
use crate::tls::{certificate, encrypted};
use host_http::Patience;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

/// Asks for a path, and says that nothing else will come.
async fn ask<S: AsyncWrite + Unpin>(stream: &mut S, path: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: tv.test\r\n\r\n").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

async fn rest<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut read = Vec::new();
    soon(stream.read_to_end(&mut read)).await.unwrap();
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn a_document_is_answered_whole_and_the_connection_ends_after_it() {
    let panel = Panel::new().await;
    let mut stream = TcpStream::connect(panel.address).await.unwrap();
    ask(&mut stream, ANN).await;
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"action\":\"account\""), "{answer}");
}

#[tokio::test]
async fn requests_that_were_sent_before_are_all_answered() {
    let panel = Panel::new().await;
    let mut stream = TcpStream::connect(panel.address).await.unwrap();
    stream.write_all(format!("GET {ANN} HTTP/1.1\r\nhost: tv.test\r\n\r\n").as_bytes()).await.unwrap();
    ask(&mut stream, ANN).await;
    assert_eq!(rest(&mut stream).await.matches("HTTP/1.1 200 ").count(), 2);
}

#[tokio::test]
async fn a_live_stream_starts_and_plays_on() {
    let panel = Panel::new().await;
    let mut stream = TcpStream::connect(panel.address).await.unwrap();
    ask(&mut stream, &format!("/live/ann/s3cret%2Bpw/{}.ts", panel.live)).await;
    let mut read = Vec::new();
    while read.len() < 300_000 {
        assert_ne!(soon(stream.read_buf(&mut read)).await.unwrap(), 0, "{}", read.escape_ascii());
    }
    assert!(read.starts_with(b"HTTP/1.1 200 "));
    assert_eq!(panel.seats(), 1);
    // Gone altogether, it makes room.
    drop(stream);
    soon(async {
        while panel.seats() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_encrypted_request_is_answered_after_the_client_said_good_bye() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let panel = encrypted(&folder, Patience::default()).await;
    let mut stream = connect(&panel, Some("tv.test"), Trust::Only(trusted)).await.unwrap();
    ask(&mut stream, ANN).await;
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_request_that_was_not_sent_whole_is_none() {
    let panel = Panel::new().await;
    for part in ["GET / HTTP/1.1\r\nho", "POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\ncontent-length: 9\r\n\r\na"]
    {
        let mut stream = TcpStream::connect(panel.address).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(!answer.contains(" 200 "), "{answer}");
    }
}
