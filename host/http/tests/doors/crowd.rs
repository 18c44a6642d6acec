//! Many connections: who holds them, who gets in beside them, and when they end.

use crate::client::get;
use crate::panel::Panel;
use host_http::{Config, Sockets};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

async fn panel(sockets: Sockets, exempt: &[&str]) -> Panel {
    let exempt = exempt.iter().map(|network| network.parse().unwrap()).collect();
    Panel::with(Config { sockets, exempt, ..Config::default() }).await
}

/// Connections from one address that ask for nothing.
async fn idle(count: usize, from: [u8; 4], to: SocketAddr) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        streams.push(soon(socket.connect(to)).await.unwrap());
    }
    streams
}

/// What each of them is told before the other side closes it; an answer is one that was not let in.
async fn turned_away(streams: &mut Vec<TcpStream>) -> Vec<String> {
    let mut told = Vec::new();
    let mut held = Vec::new();
    for mut stream in streams.drain(..) {
        let mut text = String::new();
        match timeout(Duration::from_millis(20), stream.read_to_string(&mut text)).await {
            Ok(_) => told.push(text),
            Err(_) => held.push(stream),
        }
    }
    *streams = held;
    told
}

#[tokio::test]
async fn idle_sockets_of_one_address_leave_health_and_neighbours_their_answers() {
    let panel = panel(Sockets { per_address: Some(20), ..Sockets::default() }, &[]).await;
    let greedy = [127, 0, 0, 77];
    let mut sockets = idle(300, greedy, panel.address).await;
    assert_eq!(panel.send(get(ANN).from([127, 0, 0, 78])).await.status, 200, "a neighbour");
    assert_eq!(get("/health/ready").send(panel.management).await.status, 200);
    let refused = panel.send(get(ANN).from(greedy)).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")));
    let told = turned_away(&mut sockets).await;
    assert_eq!((sockets.len(), told.len()), (20, 280));
    assert!(told.iter().all(|text| text.starts_with("HTTP/1.1 503 ")), "{:?}", told.first());
    // Whoever lets go of its sockets is welcome again.
    sockets.clear();
    soon(async {
        while panel.send(get(ANN).from(greedy)).await.status != 200 {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn clients_of_many_addresses_are_bounded_together_and_own_servers_are_not() {
    let panel = panel(Sockets { total: Some(3), ..Sockets::default() }, &["127.0.0.90/32"]).await;
    let mut held = Vec::new();
    for at in 81..84 {
        held.extend(idle(1, [127, 0, 0, at], panel.address).await);
    }
    assert_eq!(panel.send(get(ANN).from([127, 0, 0, 84])).await.status, 503);
    assert_eq!(panel.send(get(ANN).from([127, 0, 0, 90])).await.status, 200);
    assert_eq!(get("/health/live").send(panel.management).await.status, 200);
}

#[tokio::test]
async fn the_last_descriptors_of_the_process_are_not_for_clients() {
    // As if the process could open so few that each new socket is among the last.
    let panel = panel(Sockets { descriptors: Some(4), ..Sockets::default() }, &["127.0.0.0/8"]).await;
    assert_eq!(panel.send(get(ANN)).await.status, 503);
    assert_eq!(get("/health/ready").send(panel.management).await.status, 200);
}
