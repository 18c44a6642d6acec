//! Sockets that are listened on: plain and encrypted, with their limits, and who is let in.
//! Refuses to know what is answered and how long a client is waited for; connections do.

use crate::certificate::Certificate;
use crate::config::{Listener, Patience};
use crate::connection::{self, Answers, Capacity, Closing, Door, Full, Reception};
use crate::seldom::Seldom;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use metrics::counter;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// Bytes of a request's line and headers together.
const HEADER_BYTES: usize = 16 << 10;
/// Headers of a request.
const HEADERS: usize = 100;
/// Requests of one HTTP/2 connection at the same time.
const STREAMS: u32 = 100;
/// For so long nobody is let in after the machine had no room for one more.
const BREATH: Duration = Duration::from_millis(50);
/// Without a request, where most of what clients may hold is taken.
const CROWDED_IDLE: Duration = Duration::from_secs(5);
/// What a client hears that is not let in.
const NO_ROOM: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 42\r\n\r\nToo many connections; close some or wait.\n";

/// A listener that is bound and does not answer yet.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    door: Arc<Door>,
}

impl Bound {
    /// Binds it and reads its certificate.
    ///
    /// # Errors
    /// When the address is taken or not ours, or a PEM file cannot be read.
    pub(crate) async fn new(listener: &Listener) -> io::Result<Bound> {
        let socket = TcpListener::bind(listener.address).await?;
        let certificate = match &listener.tls {
            Some(files) => Some(Certificate::read(files.clone()).await?),
            None => None,
        };
        let door = Door { certificate, surfaces: listener.surfaces.clone() };
        Ok(Bound { address: socket.local_addr()?, listener: socket, door: Arc::new(door) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.door.is_tls()
    }

    /// The certificate, to be read again when its files change.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        self.door.certificate.clone()
    }

    /// Lets clients in, as far as there is room, until it is to end; then the address is free at once,
    /// while the connections of before go on.
    pub(crate) async fn serve<A: Answers>(
        self,
        answers: A,
        capacity: Arc<Capacity>,
        patience: Patience,
        mut closing: Closing,
    ) {
        let accept_log = AcceptLog {
            address: self.address,
            since: Instant::now(),
            full: Seldom::default(),
            failed: Seldom::default(),
        };
        let reception = Arc::new(Reception { door: Arc::clone(&self.door), answers, http: limits() });
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = closing.asked() => return,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    accept_log.failed(&error).await;
                    continue;
                }
            };
            let admitted = match capacity.admit(peer.ip(), usize::try_from(stream.as_raw_fd()).unwrap_or(usize::MAX)) {
                Ok(admitted) => admitted,
                Err(full) => {
                    accept_log.turned_away(full, peer.ip());
                    if !self.door.is_tls() {
                        tell_no_room(stream);
                    }
                    continue;
                }
            };
            let idle = if admitted.is_crowded { patience.idle.min(CROWDED_IDLE) } else { patience.idle };
            let (reception, closing) = (Arc::clone(&reception), closing.clone());
            tokio::spawn(async move {
                let _admitted = admitted;
                connection::serve(&reception, stream, Patience { idle, ..patience }, closing).await;
            });
        }
    }
}

/// What a listener says of the clients that it does not let in.
struct AcceptLog {
    address: SocketAddr,
    since: Instant,
    full: Seldom,
    failed: Seldom,
}

impl AcceptLog {
    fn turned_away(&self, full: Full, client: IpAddr) {
        if let Some(times) = self.full.note(self.since.elapsed()) {
            let (listener, why) = (self.address, full.name());
            tracing::warn!(%listener, why, %client, times, "no room for a connection; [limits] says how many there are");
        }
    }

    /// Tells of an error, and lets the machine breathe where it has no room. A client that went away
    /// while it waited is no such error.
    async fn failed(&self, error: &io::Error) {
        counter!("linecard_http_accept_errors_total").increment(1);
        let is_the_clients =
            matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted);
        if is_the_clients {
            return;
        }
        if let Some(times) = self.failed.note(self.since.elapsed()) {
            tracing::error!(listener = %self.address, %error, times, "connections cannot be taken");
        }
        sleep(BREATH).await;
    }
}

/// Says so to a client that is not let in, if its socket takes it at once.
fn tell_no_room(stream: TcpStream) {
    let Ok(mut stream) = stream.into_std() else { return };
    // What it has sent is read first: closing a socket with unread bytes takes the answer back.
    let _ = stream.read(&mut [0; 4_096]);
    let _ = stream.write(NO_ROOM.as_bytes());
}

/// Sizes and counts. How long a client may take is the connection's to know, which alone sees a
/// head begin; the library's own limit would count the time before it as well.
fn limits() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_headers(HEADERS).max_buf_size(HEADER_BYTES);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADER_BYTES as u32);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_who_is_not_let_in_is_as_long_as_it_says() {
        let (head, body) = NO_ROOM.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }
}
