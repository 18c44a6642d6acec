//! A source of live streams on loopback, and how often it was asked.

use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, interval, sleep};

/// Length of the clip, and of each segment of the playlist.
const CLIP: Duration = Duration::from_millis(4_800);
const VARIANTS: &str = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n";
/// The header that the guarded half wants.
pub const PASS: [&str; 2] = ["x-pass", "hunter2"];
/// In how many parts a round of the clip is sent.
const PARTS: usize = 48;

/// Serves the sample clip over and over: `/live.ts` in real time after a first round at once, `/fast.ts` forty times as
/// fast, `/live.m3u8` as a playlist that moves on, `/main.m3u8` as a list of variants with that one in it. Below
/// `/guarded/` is the same for those who send [`PASS`].
pub struct Origin {
    address: SocketAddr,
    opened: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Origin {
    pub async fn start() -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let began = Instant::now();
        let task = tokio::spawn(async move {
            // Dropped with the task, and with it every connection.
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                connections.spawn(answer(socket, began, Arc::clone(&count)));
            }
        });
        Origin { address, opened, task }
    }

    /// A source of one of this origin's names.
    pub fn source(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// How many transport streams were opened here so far.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// Closes the door and every connection.
    pub fn die(&self) {
        self.task.abort();
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.die();
    }
}

/// A source that nobody listens at.
pub async fn dead_source() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/live.ts", listener.local_addr().unwrap())
}

async fn answer(mut socket: TcpStream, began: Instant, opened: Arc<AtomicUsize>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 1024];
        let read = socket.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let clip = Bytes::from_static(host_media::sample_clip());
    let path = head.split(' ').nth(1)?;
    let path = match path.strip_prefix("/guarded") {
        Some(path) if head.to_lowercase().contains(&PASS.join(": ")) => path,
        Some(_) => "/refused",
        None => path,
    };
    match path {
        "/live.ts" => endless(&mut socket, &clip, CLIP / PARTS as u32, opened).await,
        "/fast.ts" => endless(&mut socket, &clip, CLIP / PARTS as u32 / 40, opened).await,
        "/live.m3u8" => whole(&mut socket, "application/x-mpegurl", playlist(began).as_bytes()).await,
        "/main.m3u8" => whole(&mut socket, "application/x-mpegurl", VARIANTS.as_bytes()).await,
        path if path.starts_with("/segment-") => whole(&mut socket, "video/mp2t", &clip).await,
        _ => socket.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await.ok(),
    }
}

async fn whole(socket: &mut TcpStream, content_type: &str, body: &[u8]) -> Option<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.ok()?;
    socket.write_all(body).await.ok()
}

async fn endless(socket: &mut TcpStream, clip: &[u8], pace: Duration, opened: Arc<AtomicUsize>) -> Option<()> {
    opened.fetch_add(1, Ordering::SeqCst);
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n").await.ok()?;
    socket.write_all(clip).await.ok()?;
    let mut tick = interval(pace);
    loop {
        for part in clip.chunks(clip.len().div_ceil(PARTS)) {
            tick.tick().await;
            socket.write_all(part).await.ok()?;
        }
        sleep(Duration::ZERO).await;
    }
}

fn playlist(began: Instant) -> String {
    let first = began.elapsed().as_millis() / CLIP.as_millis();
    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
    for number in first..first + 4 {
        text.push_str(&format!("#EXT-X-DISCONTINUITY\n#EXTINF:4.8,\nsegment-{number}.ts\n"));
    }
    text
}
