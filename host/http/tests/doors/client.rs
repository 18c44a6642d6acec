//! A client that sends what it is told, byte by byte, and reads what comes back.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

/// A request; built field by field.
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    from: Option<[u8; 4]>,
    before: Vec<u8>,
}

pub(crate) fn get(target: impl Into<String>) -> Request {
    Request { method: "GET", target: target.into(), headers: vec![], body: String::new(), from: None, before: vec![] }
        .header("host", "tv.test")
}

pub(crate) fn head(target: impl Into<String>) -> Request {
    Request { method: "HEAD", ..get(target) }
}

pub(crate) fn post(target: impl Into<String>, body: &str) -> Request {
    let form = "application/x-www-form-urlencoded";
    Request { method: "POST", body: body.to_owned(), ..get(target) }.header("content-type", form)
}

impl Request {
    pub(crate) fn method(self, method: &'static str) -> Request {
        Request { method, ..self }
    }

    /// Sets a header; `host` replaces the one that every request has.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header beside one of the same name.
    pub(crate) fn and_header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends from this loopback address.
    pub(crate) fn from(self, address: [u8; 4]) -> Request {
        Request { from: Some(address), ..self }
    }

    /// Sends these bytes before the request, in one piece with it.
    pub(crate) fn after(self, before: impl Into<Vec<u8>>) -> Request {
        Request { before: before.into(), ..self }
    }

    /// Opens the connection, sends, and reads the head.
    pub(crate) async fn open(self, server: SocketAddr) -> Open {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(address) = self.from {
            socket.bind((address, 0).into()).unwrap();
        }
        let mut stream = socket.connect(server).await.unwrap();
        let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() || self.method == "POST" {
            text += &format!("content-length: {}\r\n", self.body.len());
        }
        let whole = [self.before, format!("{text}\r\n{}", self.body).into_bytes()].concat();
        stream.write_all(&whole).await.unwrap();
        let mut read = Vec::new();
        while !read.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut read).await.unwrap() == 0 {
                break;
            }
        }
        let end = read.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or(read.len());
        let head = String::from_utf8(read[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let rest = read.get(end + 4..).unwrap_or_default().to_vec();
        Open { status, head, rest, stream }
    }

    /// Sends and reads the whole answer.
    pub(crate) async fn send(self, server: SocketAddr) -> Answer {
        let mut open = self.open(server).await;
        open.stream.read_to_end(&mut open.rest).await.unwrap();
        let chunked = open.head.to_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { unchunked(&open.rest) } else { open.rest };
        Answer { status: open.status, head: open.head, body }
    }
}

/// An answer whose body still comes.
pub(crate) struct Open {
    pub(crate) status: u16,
    head: String,
    rest: Vec<u8>,
    stream: TcpStream,
}

impl Open {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let answer = Answer { status: self.status, head: self.head.clone(), body: vec![] };
        answer.header(name).map(str::to_owned)
    }

    /// Reads at least so many bytes of the body as they are on the wire; false when it ends before.
    pub(crate) async fn reads(&mut self, bytes: usize) -> bool {
        while self.rest.len() < bytes {
            if self.stream.read_buf(&mut self.rest).await.unwrap_or(0) == 0 {
                return false;
            }
        }
        true
    }

    /// Reads until the other side ends the body.
    pub(crate) async fn reads_to_end(&mut self) {
        let _ = self.stream.read_to_end(&mut self.rest).await;
    }
}

fn unchunked(mut wire: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = wire.windows(2).position(|end| end == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&wire[..line]).unwrap(), 16).unwrap();
        body.extend_from_slice(&wire[line + 2..line + 2 + size]);
        wire = &wire[line + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}
