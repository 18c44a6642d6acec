//! Datagrams on loopback: groups, their senders and interfaces, ports, and what is not allowed.
#![allow(clippy::unwrap_used)]

use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError, Receive};
use host_core::reception::Reception;
use host_outgoing::Datagrams;
use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::timeout;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Receives on loopback alone.
fn received(url: &str) -> Result<ByteStream, FetchError> {
    Datagrams::new(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
        .receive(&Reception::read(url, None).unwrap())
}

/// A group that no other run sends to.
fn group(last: u8) -> String {
    let [high, low] = (std::process::id() as u16).to_be_bytes();
    format!("239.{high}.{low}.{last}:23457")
}

/// Sends on loopback, from one of its addresses.
fn send(from: Ipv4Addr, to: &str, bytes: &[u8]) {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    socket.send_to(bytes, &to.parse::<SocketAddr>().unwrap().into()).unwrap();
}

async fn next(datagrams: &mut ByteStream) -> Vec<u8> {
    timeout(PATIENCE, datagrams.next()).await.unwrap().unwrap().unwrap().to_vec()
}

#[tokio::test]
async fn two_readers_of_a_group_get_each_datagram_as_it_was_sent() {
    let group = group(1);
    let mut readers = [0; 2].map(|_| received(&format!("udp://@{group}")).unwrap());
    for bytes in [&[1; 1_316][..], &[2; 7], &[3; 9_000]] {
        send(Ipv4Addr::LOCALHOST, &group, bytes);
        for reader in &mut readers {
            assert_eq!(next(reader).await, bytes);
        }
    }
}

#[tokio::test]
async fn of_a_group_with_a_sender_only_that_one_is_received() {
    let group = group(2);
    let mut reader = received(&format!("udp://127.0.0.7@{group}?localaddr=127.0.0.1")).unwrap();
    send(Ipv4Addr::LOCALHOST, &group, b"of another");
    send(Ipv4Addr::new(127, 0, 0, 7), &group, b"of this one");
    assert_eq!(next(&mut reader).await, b"of this one");
}

#[tokio::test]
async fn groups_of_one_port_do_not_mix() {
    let groups = [group(3), group(4)];
    let mut readers = groups.each_ref().map(|group| received(&format!("udp://{group}")).unwrap());
    for (number, group) in (0..).zip(&groups) {
        send(Ipv4Addr::LOCALHOST, group, &[number]);
    }
    for (number, reader) in (0..).zip(&mut readers) {
        assert_eq!(next(reader).await, [number]);
    }
}

#[tokio::test]
async fn a_port_is_one_readers_own_until_it_is_let_go() {
    // Reserved by the system and let go again: nobody else is given it at once.
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("udp://127.0.0.1:{port}");
    let mut reader = received(&url).unwrap();
    assert!(matches!(received(&url), Err(FetchError::Unreachable(_))));
    send(Ipv4Addr::LOCALHOST, &format!("127.0.0.1:{port}"), b"here");
    assert_eq!(next(&mut reader).await, b"here");
    drop(reader);
    assert!(received(&url).is_ok());
}

#[tokio::test]
async fn what_is_not_listed_or_is_of_routers_is_forbidden() {
    for url in ["udp://224.0.0.251:5353", "udp://[ff02::fb]:5353", "udp://0.0.0.0:5000", "udp://192.0.2.1:5000"] {
        assert!(matches!(received(url), Err(FetchError::Forbidden(_))), "{url}");
    }
    let nowhere = Datagrams::new(Vec::new());
    let local = Reception::read("udp://127.0.0.1:5000", None).unwrap();
    assert!(matches!(nowhere.receive(&local), Err(FetchError::Forbidden(_))));
    let unknown = Reception::read("udp://239.1.1.1:5000", Some("nowhere0")).unwrap();
    assert!(matches!(nowhere.receive(&unknown), Err(FetchError::Forbidden(_))));
}
