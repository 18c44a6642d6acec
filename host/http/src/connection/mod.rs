//! One connection: where it arrived, how it is answered, how long it waits for its client and how it
//! ends. Refuses to know HTTP beyond where a request begins and an answer ends.

mod answers;
mod arrival;
mod capacity;
mod closing;
mod exchange;
mod framing;
mod pace;
mod pulse;
mod socket;

pub(crate) use answers::{Answered, Answers};
pub(crate) use arrival::{Arrival, Door};
pub(crate) use capacity::{Capacity, Full};
pub(crate) use closing::{Closer, Closing};
pub(crate) use pulse::Pulse;

use crate::config::Patience;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use metrics::counter;
use socket::{Paced, Socket};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What all connections of a listener share.
pub(crate) struct Reception<A> {
    pub(crate) door: Arc<Door>,
    pub(crate) answers: A,
    pub(crate) http: Builder<TokioExecutor>,
}

/// Answers a connection until it ends, or is to end.
pub(crate) async fn serve<A: Answers>(
    reception: &Reception<A>,
    stream: TcpStream,
    patience: Patience,
    mut closing: Closing,
) {
    let mut cut = closing.clone();
    tokio::select! {
        () = greeted(reception, stream, patience, &mut closing) => {}
        () = cut.cut() => {}
    }
}

/// Shakes hands first where the listener is encrypted.
async fn greeted<A: Answers>(reception: &Reception<A>, stream: TcpStream, patience: Patience, closing: &mut Closing) {
    // A client that is gone already.
    let Ok((peer, local)) = ends(&stream) else { return };
    let (door, pulse) = (Arc::clone(&reception.door), Pulse::new(patience));
    let arrival = Arc::new(Arrival { peer, local, door, pulse });
    let Some(certificate) = &reception.door.certificate else {
        return answered(reception, stream, arrival, closing).await;
    };
    match timeout(patience.head, certificate.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => answered(reception, stream, arrival, closing).await,
        Ok(Err(_)) | Err(_) => counter!("linecard_http_closed_total", "why" => "handshake").increment(1),
    }
}

/// Answers every request of a connection.
async fn answered<A: Answers, S: Socket>(
    reception: &Reception<A>,
    stream: S,
    arrival: Arc<Arrival>,
    closing: &mut Closing,
) {
    let io = TokioIo::new(Paced::new(stream, Arc::clone(&arrival.pulse)));
    let service = service_fn(|request| exchange::answered(&reception.answers, &arrival, request));
    let mut connection = pin!(reception.http.serve_connection(io, service));
    // Errors are the client's: it went away, or was let go by its `Paced`.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = closing.asked() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Both ends of a connection that sends small packets at once.
fn ends(stream: &TcpStream) -> io::Result<(SocketAddr, SocketAddr)> {
    stream.set_nodelay(true)?;
    Ok((stream.peer_addr()?, stream.local_addr()?))
}
