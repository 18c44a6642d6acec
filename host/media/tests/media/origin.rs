//! A small HTTP server on loopback that plays the part of a source, and a client for it.

use bytes::Bytes;
use host_core::port::{ByteRange, Fetch, FetchError, Fetched, Pending, Validators};
use host_core::source::Source;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;

/// What a path answers with.
pub(crate) enum Reply {
    /// This, with a length; a range of it when one is asked for.
    Whole(Bytes),
    /// This with a type and an entity tag, whole or a range of it.
    Typed(&'static str, &'static str, Bytes),
    /// This, whatever range is asked for.
    Unranged(Bytes),
    /// The first half of it, with the length of all.
    Torn(Bytes),
    /// A redirect to this path.
    Moved(String),
    /// Status only.
    Status(u16),
    /// What the test sends, until it drops the sender.
    Fed(mpsc::Receiver<Bytes>),
    /// This, and then silence on an open connection.
    Silence(Bytes),
}

type Answers = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

/// A running source.
pub(crate) struct Origin {
    address: String,
    /// Connections that were ever made.
    pub(crate) opened: Arc<AtomicUsize>,
    /// Connections that are open now.
    pub(crate) open: Arc<AtomicUsize>,
    /// Paths in the order they were asked for.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Origin {
    /// Starts it. It lives as long as the test's runtime.
    pub(crate) async fn start(answers: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let origin = Origin { address, opened: Arc::default(), open: Arc::default(), asked: Arc::default() };
        let (opened, open, asked) = (origin.opened.clone(), origin.open.clone(), origin.asked.clone());
        let answers: Answers = Arc::new(answers);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                opened.fetch_add(1, SeqCst);
                open.fetch_add(1, SeqCst);
                let (answers, open, asked) = (answers.clone(), open.clone(), asked.clone());
                tokio::spawn(async move {
                    let _ = answer(socket, answers, asked).await;
                    open.fetch_sub(1, SeqCst);
                });
            }
        });
        origin
    }

    /// An address on it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn opened(&self) -> usize {
        self.opened.load(SeqCst)
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(SeqCst)
    }
}

async fn head(socket: &mut BufReader<TcpStream>) -> std::io::Result<(String, HashMap<String, String>)> {
    let (mut first, mut fields) = (String::new(), HashMap::new());
    socket.read_line(&mut first).await?;
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await?;
        match line.trim().split_once(':') {
            Some((name, value)) => fields.insert(name.to_lowercase(), value.trim().to_owned()),
            None => return Ok((first, fields)),
        };
    }
}

async fn answer(socket: TcpStream, answers: Answers, asked: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    let (first, fields) = head(&mut socket).await?;
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    asked.lock().unwrap().push(path.clone());
    match answers(&path) {
        Reply::Status(status) => {
            socket.write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").as_bytes()).await
        }
        Reply::Moved(to) => {
            let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            socket.write_all(head.as_bytes()).await
        }
        Reply::Typed(content_type, etag, bytes) => {
            let (head, part) = ranged(bytes, &fields, &format!("Content-Type: {content_type}\r\nETag: {etag}\r\n"));
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&part).await
        }
        Reply::Whole(bytes) => {
            let (head, part) = ranged(bytes, &fields, "");
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&part).await
        }
        Reply::Torn(bytes) => {
            let (head, part) = ranged(bytes, &fields, "");
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&part[..part.len() / 2]).await
        }
        Reply::Unranged(bytes) => {
            let (head, whole) = ranged(bytes, &HashMap::new(), "");
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&whole).await
        }
        Reply::Fed(mut fed) => {
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n").await?;
            let mut ignored = [0; 16];
            loop {
                tokio::select! {
                    next = fed.recv() => match next {
                        Some(bytes) => socket.write_all(&bytes).await?,
                        None => return Ok(()),
                    },
                    _ = socket.read(&mut ignored) => return Ok(()),
                }
            }
        }
        Reply::Silence(bytes) => {
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n").await?;
            socket.write_all(&bytes).await?;
            socket.read(&mut [0; 16]).await.map(|_| ())
        }
    }
}

/// The head of an answer with these bytes or the range of them that the request's fields ask for, and
/// the bytes.
fn ranged(bytes: Bytes, fields: &HashMap<String, String>, headers: &str) -> (String, Bytes) {
    let all = bytes.len();
    let (status, part, extra) = match fields.get("range").map(|range| span(range, all)) {
        None => (200, bytes, String::new()),
        Some(Some((first, last))) => {
            (206, bytes.slice(first..last + 1), format!("Content-Range: bytes {first}-{last}/{all}\r\n"))
        }
        Some(None) => (416, Bytes::new(), format!("Content-Range: bytes */{all}\r\n")),
    };
    (format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{extra}{headers}\r\n", part.len()), part)
}

fn span(range: &str, all: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (first, last) {
        ("", count) => (all.saturating_sub(count.parse().ok()?), all - 1),
        (first, "") => (first.parse().ok()?, all - 1),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.min(all - 1)),
    };
    (first <= last && first < all).then_some((first, last))
}

/// A real client over plain sockets, without the address rules of the panel's own.
pub(crate) struct Plain;

impl Plain {
    async fn ask(host: &str, path: &str, range: Option<ByteRange>) -> Result<(Fetched, Option<String>), FetchError> {
        let unreachable = |error: std::io::Error| FetchError::Unreachable(error.to_string());
        let mut socket = BufReader::new(TcpStream::connect(host).await.map_err(unreachable)?);
        let range = range.map(|range| format!("Range: {range}\r\n")).unwrap_or_default();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{range}\r\n");
        socket.write_all(request.as_bytes()).await.map_err(unreachable)?;
        let (first, mut fields) = head(&mut socket).await.map_err(unreachable)?;
        let content_length = fields.get("content-length").and_then(|length| length.parse().ok());
        let body = ReaderStream::new(socket.take(content_length.unwrap_or(u64::MAX)));
        let fetched = Fetched {
            status: first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0),
            content_type: fields.remove("content-type"),
            content_length,
            content_range: fields.remove("content-range"),
            validators: Validators { etag: fields.remove("etag"), last_modified: fields.remove("last-modified") },
            final_url: format!("http://{host}/{path}"),
            body: Box::pin(futures_util::StreamExt::map(body, |piece| {
                piece.map_err(|error| FetchError::Broken(error.to_string()))
            })),
        };
        Ok((fetched, fields.remove("location")))
    }
}

impl Fetch for Plain {
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Pending::later(async move {
            let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
            match Plain::ask(host, path, range).await? {
                (_, Some(path)) => Ok(Plain::ask(host, path.trim_start_matches('/'), range).await?.0),
                (fetched, None) => Ok(fetched),
            }
        })
    }

    fn for_one_source(self: Arc<Self>, _: &Source) -> Arc<dyn Fetch> {
        self
    }
}
