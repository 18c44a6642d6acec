//! Viewers that stop reading, with the times that the panel has outside tests.

use crate::origin::Origin;
use crate::panel::run;
use crate::place::Place;
use crate::watcher::until;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// More than a lease lasts.
const LONG: Duration = Duration::from_secs(50);

/// A viewer that sees its stream begin, and reads no further.
async fn stalled(place: &Place, agent: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let door = place.tenant.panel.url.trim_start_matches("http://").parse().unwrap();
    let mut stream = socket.connect(door).await.unwrap();
    let (path, host) = (place.path(".ts"), &place.tenant.host);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 1_000];
    timeout(LONG, stream.read_exact(&mut begin)).await.unwrap().unwrap();
    assert!(begin.starts_with(b"HTTP/1.1 200"));
    stream
}

/// Waits, without reading, until the panel has let go of the connection altogether.
async fn reset(stream: &TcpStream) {
    let gone = async {
        while stream.take_error().unwrap().is_none() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LONG, gone).await.expect("the socket is closed");
}

#[test]
fn a_viewer_that_stops_reading_loses_its_seat_and_its_socket() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("fast.ts")]).await;
        let stream = stalled(&place, "asleep").await;
        assert_eq!(place.taken(), 1);
        // Its lease is renewed by what it takes, and by nothing else.
        reset(&stream).await;
        assert_eq!(place.taken(), 0);
    });
}

#[test]
fn a_viewer_that_does_not_read_loses_its_socket_to_a_kick_and_to_its_own_new_start() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("fast.ts")]).await;
        let kicked = stalled(&place, "one").await;
        // Time for all buffers between to fill, so that nobody asks the body for more.
        sleep(Duration::from_secs(2)).await;
        assert_eq!(place.tenant.panel.engine().seats().kill(place.tenant.id, place.line).await.unwrap(), 1);
        reset(&kicked).await;
        let older = stalled(&place, "one").await;
        sleep(Duration::from_secs(2)).await;
        let newer = stalled(&place, "one").await;
        reset(&older).await;
        assert!(newer.take_error().unwrap().is_none());
        until("the newer start holds the seat", || place.taken() == 1).await;
    });
}
