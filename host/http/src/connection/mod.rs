//! One connection: where it arrived, how it is answered, how long it waits for its client and how it ends. Of HTTP it
//! knows only where a request begins and an answer ends.

mod answers;
mod arrival;
mod capacity;
mod closing;
mod exchange;
mod framing;
mod pace;
mod proxy_header;
mod pulse;
mod socket;
mod turned_away;

pub(crate) use answers::{Answered, Answers};
pub(crate) use arrival::{Arrival, Door, Way};
pub(crate) use capacity::{Admitted, Capacity};
pub(crate) use closing::{Closer, Closing};
pub(crate) use pulse::Pulse;
pub(crate) use turned_away::{Headless, TurnedAway};

use crate::config::Patience;
use arrival::Ends;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use socket::{Paced, Socket};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// Without a request, where most of what clients may hold is taken.
const CROWDED_IDLE: Duration = Duration::from_secs(5);

/// What all connections of a listener share.
pub(crate) struct Reception<A> {
    pub(crate) door: Arc<Door>,
    pub(crate) answers: A,
    pub(crate) http: Builder<TokioExecutor>,
    pub(crate) turned_away: TurnedAway,
    pub(crate) patience: Patience,
}

/// A connection of which is known whose it is, and the room that it takes.
struct Introduced {
    stream: TcpStream,
    arrival: Arc<Arrival>,
    admitted: Admitted,
}

/// What a connection goes on to speak over.
enum Greeted {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// Answers a connection until it ends, or is to end.
pub(crate) async fn serve<A: Answers>(
    reception: &Reception<A>,
    stream: TcpStream,
    admitted: Admitted,
    mut closing: Closing,
) {
    let mut cut = closing.clone();
    tokio::select! {
        () = received(reception, stream, admitted, &mut closing) => {}
        () = cut.cut() => {}
    }
}

async fn received<A: Answers>(reception: &Reception<A>, stream: TcpStream, admitted: Admitted, closing: &mut Closing) {
    // Nobody waits at the end for a client that has not asked for anything.
    let (greeted, arrival, _admitted) = tokio::select! {
        greeted = greeted(reception, stream, admitted) => match greeted {
            Some(greeted) => greeted,
            None => return,
        },
        () = closing.asked() => return,
    };
    match greeted {
        Greeted::Plain(stream) => answered(reception, stream, arrival, closing).await,
        Greeted::Encrypted(stream) => answered(reception, *stream, arrival, closing).await,
    }
}

/// Hears whose connection it is where a proxy has to say so, and shakes hands where the listener is
/// encrypted. None is a connection that came to nothing; that was noted.
async fn greeted<A: Answers>(
    reception: &Reception<A>,
    stream: TcpStream,
    admitted: Admitted,
) -> Option<(Greeted, Arc<Arrival>, Admitted)> {
    let Introduced { stream, arrival, admitted } = introduced(reception, stream, admitted).await?;
    let Some(certificates) = &reception.door.certificates else {
        return Some((Greeted::Plain(stream), arrival, admitted));
    };
    let error = match timeout(reception.patience.head, certificates.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => return Some((Greeted::Encrypted(Box::new(stream)), arrival, admitted)),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    reception.turned_away.unshaken(error.as_ref(), arrival.ends.peer.ip());
    None
}

/// Whose connection it is: the socket's other end, or whom a PROXY header names, for whom there has to
/// be room as well.
async fn introduced<A: Answers>(
    reception: &Reception<A>,
    mut stream: TcpStream,
    mut admitted: Admitted,
) -> Option<Introduced> {
    let (door, patience) = (Arc::clone(&reception.door), reception.patience);
    // An error is a client that is gone already.
    let mut ends = ends(&stream).ok()?;
    if door.proxies.is_some() {
        let socket = ends;
        ends = match proxy_header::read(&mut stream, socket, &patience).await {
            Ok(ends) => ends,
            Err(why) => {
                reception.turned_away.headless(why, socket.peer.ip());
                return None;
            }
        };
        if ends.peer != socket.peer {
            admitted = match admitted.held_by(ends.peer.ip()) {
                Ok(admitted) => admitted,
                Err(full) => {
                    reception.turned_away.no_room(full, ends.peer.ip(), (!door.is_tls()).then_some(stream));
                    return None;
                }
            };
        }
    }
    let idle = if admitted.is_crowded { patience.idle.min(CROWDED_IDLE) } else { patience.idle };
    let arrival = Arc::new(Arrival { ends, door, pulse: Pulse::new(Patience { idle, ..patience }) });
    Some(Introduced { stream, arrival, admitted })
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
fn ends(stream: &TcpStream) -> io::Result<Ends> {
    stream.set_nodelay(true)?;
    Ok(Ends { peer: stream.peer_addr()?, local: stream.local_addr()?, way: Way::Direct })
}
