//! A player on a raw socket: what stands on the wire, from an address and with a name of its own.

use crate::panel::TestTenant;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Longest that a test waits for anything on the wire.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// Waits for something that has to happen.
pub async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    timeout(PATIENCE, happens).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

/// Waits until a condition holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let poll = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon(what, poll).await;
}

/// Who asks.
#[derive(Clone, Copy)]
pub struct Who<'a> {
    pub agent: &'a str,
    pub address: Ipv4Addr,
    /// Receive buffer in bytes, when it must be small.
    pub buffer: Option<u32>,
}

impl Default for Who<'_> {
    fn default() -> Self {
        Who { agent: "watcher", address: Ipv4Addr::LOCALHOST, buffer: None }
    }
}

/// An answer whose body is still being read. HTTP/1.0, so that the body is what is on the wire.
pub struct Watcher {
    socket: TcpStream,
    pub status: u16,
    /// Status line and headers, lower case.
    pub head: String,
    body: Vec<u8>,
}

impl Watcher {
    /// GETs a path and reads the head.
    pub async fn open(tenant: &TestTenant, who: Who<'_>, path: &str) -> Watcher {
        Watcher::ask(tenant, who, "GET", path, "").await
    }

    /// The same with a method and further header lines, each ended by CR LF.
    pub async fn ask(tenant: &TestTenant, who: Who<'_>, method: &str, path: &str, headers: &str) -> Watcher {
        soon(path, Watcher::asked(tenant, who, method, path, headers)).await
    }

    async fn asked(tenant: &TestTenant, who: Who<'_>, method: &str, path: &str, headers: &str) -> Watcher {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(buffer) = who.buffer {
            socket.set_recv_buffer_size(buffer).unwrap();
        }
        socket.bind(SocketAddr::from((who.address, 0))).unwrap();
        let door = tenant.panel.url.trim_start_matches("http://").parse().unwrap();
        let mut socket = socket.connect(door).await.unwrap();
        let (host, agent) = (&tenant.host, who.agent);
        let request = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: {agent}\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut read = Vec::new();
        let end = loop {
            if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            assert_ne!(socket.read_buf(&mut read).await.unwrap(), 0, "no head: {}", String::from_utf8_lossy(&read));
        };
        let body = read.split_off(end);
        let head = String::from_utf8(read).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Watcher { socket, status, head, body }
    }

    /// The next `count` bytes of the body; fewer when it ends before.
    pub async fn read(&mut self, count: usize) -> Vec<u8> {
        let more =
            async { while self.body.len() < count && self.socket.read_buf(&mut self.body).await.unwrap_or(0) > 0 {} };
        soon("bytes of media", more).await;
        let rest = self.body.split_off(count.min(self.body.len()));
        std::mem::replace(&mut self.body, rest)
    }

    /// Whether this is a playing transport stream: status 200, and whole packets come.
    pub async fn plays(&mut self) -> bool {
        if self.status != 200 {
            return false;
        }
        let packets = self.read(188 * 4).await;
        packets.len() == 188 * 4 && packets.chunks(188).all(|packet| packet[0] == 0x47)
    }

    /// Reads until the socket closes.
    pub async fn drain(mut self) {
        let mut sink = vec![0; 64 << 10];
        while self.socket.read(&mut sink).await.unwrap_or(0) > 0 {}
    }
}
