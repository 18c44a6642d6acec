//! Datagrams without a network: each test sends to groups of its own.

use bytes::Bytes;
use host_core::port::{ByteStream, FetchError, Receive};
use host_core::reception::Reception;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex};
use tokio::sync::broadcast::{Sender, channel};

static GROUPS: LazyLock<Mutex<HashMap<SocketAddr, Sender<Bytes>>>> = LazyLock::new(Mutex::default);

/// What media receives with.
pub(crate) struct Air;

/// What is sent to a group, whoever has joined it.
pub(crate) fn group(address: SocketAddr) -> Sender<Bytes> {
    GROUPS.lock().unwrap().entry(address).or_insert_with(|| channel(10_000).0).clone()
}

impl Receive for Air {
    fn receive(&self, reception: &Reception) -> Result<ByteStream, FetchError> {
        let datagrams = group(reception.address).subscribe();
        Ok(Box::pin(futures_util::stream::unfold(datagrams, |mut datagrams| async {
            Some((Ok(datagrams.recv().await.ok()?), datagrams))
        })))
    }
}
