//! How long clients are waited for: ones that ask slowly, ask for nothing, or stop reading.

use crate::client::get;
use crate::panel::Panel;
use host_http::{Config, Patience};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

const PAIR: &str = "ann/s3cret+pw";
/// What a client is not waited for in these tests.
const SHORT: Duration = Duration::from_millis(500);

async fn panel(patience: Patience) -> Panel {
    Panel::patient(Config::default(), patience).await
}

/// Waits for what has to happen; nothing of it takes a tenth of this.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

/// A connection with a small buffer.
async fn connect(panel: &Panel) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    socket.connect(panel.address).await.unwrap()
}

/// A client that asks for a path, sees the answer begin, and reads no further.
async fn stalled(panel: &Panel, path: &str) -> TcpStream {
    let mut stream = connect(panel).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: tv.test\r\nuser-agent: stalled\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 1_000];
    soon(stream.read_exact(&mut begin)).await.unwrap();
    assert!(begin.starts_with(b"HTTP/1.1 200 OK\r\n"), "{path}");
    stream
}

/// Waits, without reading, until the server has let go of the connection altogether.
async fn reset(stream: &TcpStream) {
    let polled = async {
        while stream.take_error().unwrap().is_none() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    soon(polled).await;
}

/// The next answer on a connection that stays open: its status.
async fn answered(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = vec![0; 4_096];
    let count = soon(stream.read(&mut read)).await.unwrap();
    String::from_utf8_lossy(&read[..count]).into_owned()
}

const HEALTH: &str = "HEAD /player_api.php HTTP/1.1\r\nhost: tv.test\r\n\r\n";

#[tokio::test]
async fn a_client_that_stops_reading_loses_its_socket_whatever_it_reads() {
    let panel = panel(Patience { stall: SHORT, ..Patience::default() }).await;
    for path in [
        format!("/live/{PAIR}/{}.ts", panel.fast),
        format!("/movie/{PAIR}/{}.mp4", panel.large),
        "/player_api.php?username=ann&password=s3cret%2Bpw&action=bulk_list".to_owned(),
    ] {
        let stream = stalled(&panel, &path).await;
        reset(&stream).await;
    }
    // Its seat is free as soon.
    soon(async {
        let streams = async || {
            let running = panel.engine.seats().connections(panel.tenant, None).await.unwrap();
            running.iter().any(|held| held.output.is_some())
        };
        while streams().await {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_keeps_its_socket() {
    let panel = panel(Patience { stall: SHORT * 6, ..Patience::default() }).await;
    for path in [format!("/live/{PAIR}/{}.ts", panel.fast), format!("/movie/{PAIR}/{}.mp4", panel.large)] {
        let mut stream = stalled(&panel, &path).await;
        // As much as makes the kernel ask for more: it does so when a third of its own is gone.
        let mut part = vec![0; 2 << 20];
        for _ in 0..9 {
            soon(stream.read_exact(&mut part)).await.unwrap();
            sleep(SHORT).await;
        }
    }
}

#[tokio::test]
async fn a_viewer_that_waits_for_a_quiet_channel_keeps_its_socket() {
    let panel = panel(Patience { stall: SHORT / 10, ..Patience::default() }).await;
    let mut open = get(format!("/live/{PAIR}/{}", panel.live)).open(panel.address).await;
    // More than was there at once: pieces come less often than a client may make us wait.
    assert!(soon(open.reads(400_000)).await);
}

#[tokio::test]
async fn a_viewer_whose_seat_is_gone_loses_its_socket_although_it_does_not_read() {
    let panel = panel(Patience { last_words: SHORT, ..Patience::default() }).await;
    for path in [format!("/live/{PAIR}/{}.ts", panel.fast), format!("/movie/{PAIR}/{}.mp4", panel.large)] {
        let kicked = stalled(&panel, &path).await;
        // Until nothing goes through any more, so that the body is not asked again.
        sleep(SHORT * 2).await;
        assert_eq!(panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap(), 1, "{path}");
        reset(&kicked).await;
    }
    let path = format!("/live/{PAIR}/{}.ts", panel.fast);
    let older = stalled(&panel, &path).await;
    sleep(SHORT * 2).await;
    let newer = stalled(&panel, &path).await;
    reset(&older).await;
    assert!(newer.take_error().unwrap().is_none());
    assert_eq!(panel.seats(), 1);
}

#[tokio::test]
async fn a_viewer_that_reads_gets_the_end_of_its_answer_and_keeps_its_connection() {
    let panel = panel(Patience { last_words: SHORT, ..Patience::default() }).await;
    let mut stream = stalled(&panel, &format!("/live/{PAIR}/{}.ts", panel.live)).await;
    panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n0\r\n\r\n") {
        assert_ne!(soon(stream.read_buf(&mut read)).await.unwrap(), 0, "the body ends before the connection does");
    }
    sleep(SHORT * 2).await;
    assert!(answered(&mut stream, HEALTH).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_idle_connection_is_closed_later_than_the_slow_head_of_a_request() {
    let panel = panel(Patience { head: SHORT, ..Patience::default() }).await;
    let mut patient = connect(&panel).await;
    for _ in 0..2 {
        assert!(answered(&mut patient, HEALTH).await.starts_with("HTTP/1.1 200"));
        sleep(SHORT * 2).await;
    }
    for is_first in [true, false] {
        let mut slow = connect(&panel).await;
        if !is_first {
            assert!(answered(&mut slow, HEALTH).await.starts_with("HTTP/1.1 200"));
        }
        slow.write_all(b"GET / HTTP/1.1\r\nho").await.unwrap();
        assert_eq!(soon(slow.read(&mut [0; 1])).await.unwrap(), 0, "it is closed without a word");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let panel = panel(Patience { idle: SHORT, ..Patience::default() }).await;
    let mut silent = connect(&panel).await;
    let mut used = connect(&panel).await;
    assert!(answered(&mut used, HEALTH).await.starts_with("HTTP/1.1 200"));
    for stream in [&mut silent, &mut used] {
        assert_eq!(soon(stream.read(&mut [0; 1])).await.unwrap(), 0);
    }
    // Who is being answered is not idle.
    let mut open = get(format!("/live/{PAIR}/{}", panel.live)).open(panel.address).await;
    assert!(soon(open.reads(400_000)).await);
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_refused() {
    let panel = panel(Patience { body: SHORT, ..Patience::default() }).await;
    let mut stream = connect(&panel).await;
    let head = "POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\ncontent-length: 60000\r\n\r\nusername=";
    assert!(answered(&mut stream, head).await.starts_with("HTTP/1.1 408"));
    // One that comes at the least speed is taken, however long that is.
    let mut stream = connect(&panel).await;
    let head = "POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\ncontent-length: 4096\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..7 {
        stream.write_all(&[b'a'; 512]).await.unwrap();
        sleep(SHORT * 3 / 5).await;
    }
    let end = format!("={}", "a".repeat(511));
    assert!(answered(&mut stream, &end).await.starts_with("HTTP/1.1 200"));
}
