//! The PROXY header, version 1 or 2, with which a proxy says for whom it opened a connection. It stands
//! before everything else, TLS included; not a byte behind it is taken.

use super::arrival::{Ends, Way};
use super::turned_away::Headless;
use crate::config::Patience;
use proxy_header::{Error, ParseConfig, Protocol, ProxyHeader};
use std::io;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest header. Addresses take 232 bytes at most; the rest is for what proxies add about TLS.
const LONGEST: usize = 2_048;

/// Reads the header of a connection between these ends, and returns the ends that it is for.
///
/// # Errors
/// When it does not come whole in time, is too long, or is none.
pub(super) async fn read(stream: &mut TcpStream, ends: Ends, patience: &Patience) -> Result<Ends, Headless> {
    timeout(patience.head, header(stream, ends)).await.unwrap_or(Err(Headless::Late))
}

async fn header(stream: &mut TcpStream, socket: Ends) -> Result<Ends, Headless> {
    // On the heap, and for as long as this takes: connections last for hours.
    let mut buffer = vec![0; LONGEST];
    let mut taken = 0;
    loop {
        let rest = buffer.get_mut(taken..).filter(|rest| !rest.is_empty()).ok_or(Headless::Long)?;
        // Looked at first and taken afterwards, as far as it is part of the header.
        let seen = match stream.peek(rest).await.map_err(gone)? {
            0 => return Err(Headless::Gone),
            more => taken + more,
        };
        let (length, ends) = match ProxyHeader::parse(buffer.get(..seen).unwrap_or_default(), ParseConfig::default()) {
            Ok((header, length)) => (length, Some(said(&header, socket)?)),
            Err(Error::BufferTooShort) => (seen, None),
            Err(_) => return Err(Headless::Malformed),
        };
        stream.read_exact(buffer.get_mut(taken..length).unwrap_or_default()).await.map_err(gone)?;
        match ends {
            Some(ends) => return Ok(ends),
            None => taken = length,
        }
    }
}

fn gone(_: io::Error) -> Headless {
    Headless::Gone
}

fn said(header: &ProxyHeader<'_>, socket: Ends) -> Result<Ends, Headless> {
    match header.proxied_address() {
        None => Ok(Ends { way: Way::Unsaid, ..socket }),
        Some(said) if said.protocol != Protocol::Stream => Err(Headless::Malformed),
        Some(said) => {
            let https = header.ssl().map(|tls| tls.client_ssl());
            Ok(Ends { peer: said.source, local: said.destination, way: Way::Through { https } })
        }
    }
}
