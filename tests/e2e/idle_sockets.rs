//! One client with many idle sockets against a process with few files: everybody else is answered.

use crate::process::{Station, client};
use reqwest::header::HOST;
use reqwest::{Client, Response};
use std::net::IpAddr;
use tokio::net::{TcpSocket, TcpStream};

/// Files that the process may open.
const FILES: u32 = 256;

/// Connections from one address that ask for nothing.
async fn idle(count: usize, from: [u8; 4], to: &str) -> Vec<TcpStream> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        sockets.push(socket.connect(to.parse().unwrap()).await.unwrap());
    }
    sockets
}

/// A client at another address of this machine.
fn at(address: [u8; 4]) -> Client {
    let _ = client();
    Client::builder().local_address(IpAddr::from(address)).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_sockets_of_one_client_stop_nobody_else() {
    let station = Station::new();
    station.file("linecard.toml", "[outgoing]\nallow = ['127.0.0.0/8']\n");
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve_with_files(FILES);
    assert_eq!(serving.files(), FILES, "it asks for all that it may have");
    let address = serving.url.trim_start_matches("http://").to_owned();
    let neighbour = at([127, 0, 0, 79]);
    let ask = async |who: &Client| -> Response {
        who.get(format!("{}/player_api.php", serving.url)).header(HOST, "acme.test").send().await.unwrap()
    };
    let held = idle(300, [127, 0, 0, 78], &address).await;
    assert_eq!(ask(&neighbour).await.status(), 200);
    let ready = client().get(format!("{}/health/ready", serving.management)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    // A tenant that nobody has opened yet needs files of the store.
    station.json(&["tenant", "create", "late", "--host", "late.test"]);
    let late = neighbour.get(format!("{}/player_api.php", serving.url)).header(HOST, "late.test");
    assert_eq!(late.send().await.unwrap().status(), 200);
    let said = serving.line_with("no room for a connection");
    assert!(said.contains("127.0.0.78"), "{said}");
    drop(held);
    let (status, _, log) = serving.terminate();
    assert!(status.success(), "{log}");
}
