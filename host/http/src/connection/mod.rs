//! One connection: where it arrived, and how long it waits for its client. A listener's acceptor
//! begins here. Refuses to know HTTP beyond where a request begins and an answer ends.

mod exchange;
mod pace;
mod pulse;
mod socket;

pub(crate) use pulse::Pulse;

use crate::config::Patience;
use axum::extract::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use exchange::Noted;
use socket::{Paced, Socket};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tower::Layer;

/// What a listener is for.
pub(crate) struct Door {
    /// It is encrypted itself.
    pub(crate) tls: bool,
    /// Its surfaces; empty is all.
    pub(crate) surfaces: Vec<String>,
}

impl Door {
    /// Whether it answers this surface.
    pub(crate) fn opens_to(&self, surface: &str) -> bool {
        self.surfaces.is_empty() || self.surfaces.iter().any(|name| name == surface)
    }
}

/// Where a connection arrived; every request on it carries this.
#[derive(Clone)]
pub(crate) struct Arrival {
    /// The other end.
    pub(crate) peer: SocketAddr,
    /// Our end: the address that the client reached.
    pub(crate) local: SocketAddr,
    /// The listener.
    pub(crate) door: Arc<Door>,
    /// The connection itself.
    pub(crate) pulse: Arc<Pulse>,
}

/// Greets each connection: no delay of small packets, every request knows where it arrived, and
/// nobody is waited for without end.
#[derive(Clone)]
pub(crate) struct Greet<A> {
    /// Makes a stream of bytes out of the connection.
    pub(crate) inner: A,
    pub(crate) door: Arc<Door>,
    pub(crate) patience: Patience,
}

impl<A, S> Accept<TcpStream, S> for Greet<A>
where
    A: Accept<TcpStream, S>,
    A::Stream: Socket,
    A::Future: Send + 'static,
{
    type Stream = Paced<A::Stream>;
    type Service = Noted<AddExtension<A::Service, Arc<Arrival>>>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let (door, patience) = (Arc::clone(&self.door), self.patience);
        let ends = ends(&stream);
        let inner = self.inner.accept(stream, service);
        Box::pin(async move {
            let (peer, local) = ends?;
            let (stream, service) = inner.await?;
            let pulse = Pulse::new(patience);
            let arrival = Arc::new(Arrival { peer, local, door, pulse: Arc::clone(&pulse) });
            let service = Noted::new(Extension(arrival).layer(service), Arc::clone(&pulse));
            Ok((Paced::new(stream, pulse), service))
        })
    }
}

/// Both ends of a connection that sends small packets at once.
fn ends(stream: &TcpStream) -> io::Result<(SocketAddr, SocketAddr)> {
    stream.set_nodelay(true)?;
    Ok((stream.peer_addr()?, stream.local_addr()?))
}
