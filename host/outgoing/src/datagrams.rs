//! Receives datagrams: of a multicast group, which is joined for as long as somebody reads, or of a port of this
//! machine. It binds and joins; it connects to nothing and sends nothing.

use crate::interfaces::local_addresses;
use crate::local::{self, LocalAddress};
use bytes::Bytes;
use host_core::port::{ByteStream, FetchError, Receive};
use host_core::reception::{Interface, Reception};
use ipnet::IpNet;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6, UdpSocket as BoundSocket};
use tokio::net::UdpSocket;

/// Bytes that the system is asked to keep of what was not read yet: more than a second of most programmes. It gives
/// no more than `net.core.rmem_max`.
const BUFFER: usize = 4 << 20;
/// Longest datagram, in bytes.
const LONGEST: usize = 1 << 16;

/// Receives where [`local`] allows it.
pub struct Datagrams {
    receive: Vec<IpNet>,
}

impl Datagrams {
    /// With the local networks of `[outgoing] receive`.
    pub fn new(receive: Vec<IpNet>) -> Datagrams {
        Datagrams { receive }
    }

    /// By which local address a group is joined.
    fn join(&self, reception: &Reception) -> Result<LocalAddress, FetchError> {
        let locals = local_addresses().map_err(unreachable)?;
        let is_named = reception.interface.as_ref().map(|interface| {
            move |local: &LocalAddress| match interface {
                Interface::Address(address) => local.address == *address,
                Interface::Name(name) => local.interface == *name,
            }
        });
        let is_named = is_named.as_ref().map(|is_named| is_named as &dyn Fn(&LocalAddress) -> bool);
        let joined = local::join(reception.address.ip(), &locals, is_named, &self.receive);
        Ok(joined.map_err(FetchError::Forbidden)?.clone())
    }
}

impl Receive for Datagrams {
    fn receive(&self, reception: &Reception) -> Result<ByteStream, FetchError> {
        let bound = match reception.address.ip().is_multicast() {
            true => member(reception, &self.join(reception)?).map_err(unreachable)?,
            false => {
                local::listen(reception.address.ip(), &self.receive).map_err(FetchError::Forbidden)?;
                listener(reception.address).map_err(unreachable)?
            }
        };
        let socket = UdpSocket::from_std(bound).map_err(unreachable)?;
        let state = Some((socket, vec![0; LONGEST]));
        Ok(Box::pin(futures_util::stream::unfold(state, |state| async {
            let (socket, mut buffer) = state?;
            match socket.recv(&mut buffer).await {
                Ok(length) => {
                    let datagram = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                    Some((Ok(datagram), Some((socket, buffer))))
                }
                Err(error) => Some((Err(FetchError::Broken(error.to_string())), None)),
            }
        })))
    }
}

/// A socket that has joined the group and gets what is sent to it, and to no other group of the same port.
fn member(reception: &Reception, local: &LocalAddress) -> io::Result<BoundSocket> {
    let index = local.index;
    let address = match reception.address {
        SocketAddr::V6(address) => SocketAddrV6::new(*address.ip(), address.port(), 0, index).into(),
        address => address,
    };
    let socket = open(address)?;
    // Several streams, and other programs of this machine, may read one group.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    match (address.ip(), local.address) {
        (IpAddr::V4(group), local) => {
            let local = match local {
                IpAddr::V4(local) => local,
                IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
            };
            socket.set_multicast_all_v4(false)?;
            match reception.sender {
                Some(sender) => socket.join_ssm_v4(&sender, &group, &local)?,
                None => socket.join_multicast_v4(&group, &local)?,
            }
        }
        (IpAddr::V6(group), _) => {
            socket.set_multicast_all_v6(false)?;
            socket.join_multicast_v6(&group, index)?;
        }
    }
    Ok(socket.into())
}

/// A socket that has a port of this machine for itself.
fn listener(address: SocketAddr) -> io::Result<BoundSocket> {
    let socket = open(address)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // A smaller buffer loses more under load, and plays.
    if let Err(error) = socket.set_recv_buffer_size(BUFFER) {
        tracing::debug!(%error, "the receive buffer keeps its size");
    }
    Ok(socket)
}

fn unreachable(error: io::Error) -> FetchError {
    FetchError::Unreachable(error.to_string())
}
