//! Sockets that are listened on: plain and encrypted, with their limits, and who is let in. How clients are answered
//! and waited for is [`crate::connection`]'s.

use crate::certificate::CertificateSet;
use crate::config::{Listener, Patience};
use crate::connection::{self, Answers, Capacity, Closing, Door, Headless, Reception, TurnedAway};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::sleep;

/// Bytes of a request's line and headers together.
const HEADER_BYTES: usize = 16 << 10;
/// Headers of a request.
const HEADERS: usize = 100;
/// Requests of one HTTP/2 connection at the same time.
const STREAMS: u32 = 100;
/// For so long nobody is let in after the machine had no room for one more.
const BREATH: Duration = Duration::from_millis(50);

/// A listener that is bound and does not answer yet.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    door: Arc<Door>,
}

impl Bound {
    /// Binds it. The trusted proxies are those whose word counts, where every connection has to begin with it.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub(crate) async fn new(
        listener: &Listener,
        certificates: Option<CertificateSet>,
        trusted: &[IpNet],
    ) -> io::Result<Bound> {
        let socket = TcpListener::bind(listener.address).await?;
        let proxies = listener.proxy_protocol.then(|| trusted.to_vec());
        let door = Door { certificates, proxies, surfaces: listener.surfaces.clone() };
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

    /// The certificates, to be read again when their files change.
    pub(crate) fn certificates(&self) -> Option<CertificateSet> {
        self.door.certificates.clone()
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
        let turned_away = TurnedAway::new(self.address);
        let (door, http) = (Arc::clone(&self.door), limits());
        let reception = Arc::new(Reception { door, answers, http, turned_away, patience });
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = closing.asked() => return,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if reception.turned_away.not_taken(&error) {
                        sleep(BREATH).await;
                    }
                    continue;
                }
            };
            if !self.door.lets_in(peer.ip()) {
                reception.turned_away.headless(Headless::Untrusted, peer.ip());
                continue;
            }
            let admitted = match capacity.admit(peer.ip(), usize::try_from(stream.as_raw_fd()).unwrap_or(usize::MAX)) {
                Ok(admitted) => admitted,
                Err(full) => {
                    // Where it would take a handshake first to be heard, nothing is said.
                    reception.turned_away.no_room(full, peer.ip(), (!self.door.is_tls()).then_some(stream));
                    continue;
                }
            };
            let (reception, closing) = (Arc::clone(&reception), closing.clone());
            tokio::spawn(async move { connection::serve(&reception, stream, admitted, closing).await });
        }
    }
}

/// Sizes and counts. How long a client may take is the connection's to know, which alone sees a
/// head begin; the library's own limit would count the time before it as well.
fn limits() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(None).max_headers(HEADERS).max_buf_size(HEADER_BYTES);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADER_BYTES as u32);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sockets;
    use crate::connection::{Answered, Arrival, Closer};
    use axum::body::Body;
    use http::Request;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::{mpsc, oneshot};
    use tokio::time::timeout;

    /// Waits for what has to happen.
    async fn soon<T>(happens: impl Future<Output = T>) -> T {
        timeout(Duration::from_secs(20), happens).await.expect("it happens")
    }

    /// Hands each request to the test, which may answer it, or see that nobody waits for it any more.
    #[derive(Clone)]
    struct Asked(mpsc::UnboundedSender<oneshot::Sender<&'static str>>);

    impl Answers for Asked {
        async fn answer(&self, _: Arc<Arrival>, _: Request<Body>) -> Answered {
            let (answer, answered) = oneshot::channel();
            self.0.send(answer).unwrap();
            crate::answer::plain(http::StatusCode::OK, answered.await.unwrap()).into()
        }
    }

    struct Listening {
        address: SocketAddr,
        asked: mpsc::UnboundedReceiver<oneshot::Sender<&'static str>>,
        closer: Closer,
    }

    async fn listening() -> Listening {
        let bound = Bound::new(&Listener::plain("127.0.0.1:0".parse().unwrap()), None, &[]).await.unwrap();
        let (address, closer, (ask, asked)) = (bound.address(), Closer::new(), mpsc::unbounded_channel());
        let capacity = Capacity::new(&Sockets::default(), Vec::new());
        tokio::spawn(bound.serve(Asked(ask), capacity, Patience::default(), closer.watch()));
        Listening { address, asked, closer }
    }

    async fn ask(address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: tv.test\r\n\r\n").await.unwrap();
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        soon(stream.read_to_string(&mut text)).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_client_that_ended_its_sending_side_long_before_is_answered() {
        let Listening { address, mut asked, closer: _closer } = listening().await;
        let mut stream = ask(address).await;
        let answer = soon(asked.recv()).await.unwrap();
        stream.shutdown().await.unwrap();
        // By the time another one is answered, its end was seen.
        let other = ask(address).await;
        soon(asked.recv()).await.unwrap().send("other").unwrap();
        drop(other);
        answer.send("at last").unwrap();
        assert!(rest(stream).await.ends_with("\r\n\r\nat last"));
    }

    #[tokio::test]
    async fn a_client_that_reset_its_connection_is_given_up_although_there_is_nothing_to_send_yet() {
        let Listening { address, mut asked, closer: _closer } = listening().await;
        let stream = ask(address).await;
        let mut answer = soon(asked.recv()).await.unwrap();
        stream.set_zero_linger().unwrap();
        drop(stream);
        soon(answer.closed()).await;
    }

    #[tokio::test]
    async fn at_the_end_what_waits_is_closed_and_what_is_asked_is_answered() {
        let Listening { address, mut asked, closer } = listening().await;
        let mut waiting = ask(address).await;
        soon(asked.recv()).await.unwrap().send("first").unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\nfirst") {
            soon(waiting.read_buf(&mut read)).await.unwrap();
        }
        let running = ask(address).await;
        let answer = soon(asked.recv()).await.unwrap();
        let closing = tokio::spawn(closer.close(Duration::from_secs(3_600)));
        assert_eq!(rest(waiting).await, "");
        assert!(TcpStream::connect(address).await.is_err());
        assert!(!closing.is_finished());
        answer.send("last").unwrap();
        let answer = rest(running).await;
        assert!(answer.ends_with("\r\n\r\nlast") && answer.contains("connection: close"), "{answer}");
        soon(closing).await.unwrap();
    }
}
