//! A bounded load on a server of this machine: keep-alive connections that each ask the same thing again and again. It
//! speaks just enough HTTP/1.1 for that; its own CPU is not measured.

use crate::children::Server;
use crate::panel::HOST;
use anyhow::{Context, bail, ensure};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Connections that ask at the same time.
const CONNECTIONS: usize = 8;

/// A request, ready to be sent.
#[derive(Clone)]
pub(crate) struct Ask {
    address: SocketAddr,
    host: String,
    line: String,
    rest: String,
}

/// A response.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its head, lines joined by CR LF.
    pub(crate) head: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl Ask {
    /// GET of a path with its query, with further header lines (`Accept-Encoding: zstd`).
    pub(crate) fn get(address: SocketAddr, path: &str, headers: &[&str]) -> Ask {
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let rest = format!("User-Agent: linecard-bench\r\n{headers}\r\n");
        Ask { address, host: HOST.to_owned(), line: format!("GET {path} HTTP/1.1"), rest }
    }

    /// POST of a form.
    pub(crate) fn post(address: SocketAddr, path: &str, headers: &[&str], form: &str) -> Ask {
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let rest = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{form}",
            form.len()
        );
        Ask { address, host: HOST.to_owned(), line: format!("POST {path} HTTP/1.1"), rest }
    }

    /// The same of another tenant.
    pub(crate) fn of(self, host: &str) -> Ask {
        Ask { host: host.to_owned(), ..self }
    }

    /// Where it goes.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// As it is sent.
    pub(crate) fn text(&self) -> String {
        format!("{}\r\nHost: {}:8080\r\n{}", self.line, self.host, self.rest)
    }

    /// Asks once.
    pub(crate) fn once(&self) -> anyhow::Result<Answer> {
        Connection::open(self.address)?.ask(&self.text())
    }

    /// Asks `count` times over some connections; the server's CPU per answer. Every answer has to
    /// have the status of the first.
    pub(crate) fn cpu(&self, server: &Server, count: usize) -> anyhow::Result<Duration> {
        let text = self.text();
        self.cpu_over(server, count, CONNECTIONS, |_| text.clone())
    }

    /// Likewise over that many connections, each request made by its number.
    pub(crate) fn cpu_over(
        &self,
        server: &Server,
        count: usize,
        connections: usize,
        request: impl Fn(usize) -> String + Sync,
    ) -> anyhow::Result<Duration> {
        let each = count.div_ceil(connections);
        let before = server.cpu()?;
        std::thread::scope(|scope| {
            let request = &request;
            let workers = (0..connections).map(|worker| {
                scope.spawn(move || -> anyhow::Result<()> {
                    let mut connection = Connection::open(self.address)?;
                    let mut status = None;
                    for number in 0..each {
                        let answer = connection.ask_lightly(&request(worker * each + number))?;
                        ensure!(answer == *status.get_or_insert(answer), "a status changed under load to {answer}");
                        ensure!(answer < 400, "the server answered {answer}");
                    }
                    Ok(())
                })
            });
            let workers: Vec<_> = workers.collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("a connection panicked")))
        })?;
        let spent = server.cpu()?.saturating_sub(before);
        Ok(spent / u32::try_from(each * connections)?)
    }
}

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Where a response's head ends and how long its body is.
struct Head {
    status: u16,
    end: usize,
    length: usize,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).with_context(|| format!("no server at {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Connection { stream, buffer: vec![0; 256 << 10] })
    }

    /// Its socket, for who ends it from another thread.
    pub(crate) fn socket(&self) -> std::io::Result<TcpStream> {
        self.stream.try_clone()
    }

    /// Asks and throws the body away; the status.
    pub(crate) fn ask_lightly(&mut self, request: &str) -> anyhow::Result<u16> {
        self.ask_slowly(request, Duration::ZERO)
    }

    /// Likewise, and waits so long after each reading of the body: at most a buffer for each wait.
    pub(crate) fn ask_slowly(&mut self, request: &str, pause: Duration) -> anyhow::Result<u16> {
        self.stream.write_all(request.as_bytes())?;
        let (head, mut there) = self.head()?;
        there -= head.end;
        while there < head.length {
            let most = (head.length - there).min(self.buffer.len());
            let read = self.stream.read(self.buffer.get_mut(..most).unwrap_or_default())?;
            ensure!(read > 0, "the server closed in the middle of a body");
            there += read;
            if !pause.is_zero() {
                std::thread::sleep(pause);
            }
        }
        Ok(head.status)
    }

    fn ask(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.stream.write_all(request.as_bytes())?;
        let (head, there) = self.head()?;
        let text = String::from_utf8_lossy(self.buffer.get(..head.end).unwrap_or_default()).into_owned();
        let mut body = self.buffer.get(head.end..there).unwrap_or_default().to_vec();
        let start = body.len();
        body.resize(head.length, 0);
        self.stream.read_exact(body.get_mut(start..).unwrap_or_default())?;
        Ok(Answer { status: head.status, head: text, body })
    }

    /// Reads until the head is whole; it and how much was read.
    fn head(&mut self) -> anyhow::Result<(Head, usize)> {
        let mut there = 0;
        loop {
            let read = self.stream.read(self.buffer.get_mut(there..).unwrap_or_default())?;
            ensure!(read > 0, "the server closed before it answered");
            there += read;
            let seen = self.buffer.get(..there).unwrap_or_default();
            if let Some(end) = memchr::memmem::find(seen, b"\r\n\r\n") {
                return Ok((parsed(seen.get(..end).unwrap_or_default(), end + 4)?, there));
            }
        }
    }
}

fn parsed(head: &[u8], end: usize) -> anyhow::Result<Head> {
    let text = std::str::from_utf8(head)?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let length = match length {
        Some(length) => length?,
        None if status == 304 => 0,
        None => bail!("a body of unknown length: this client reads none"),
    };
    Ok(Head { status, end, length })
}

impl Answer {
    /// A header of it.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (here, value) = line.split_once(':')?;
            here.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}
