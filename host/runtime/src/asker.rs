//! Whose wish a call is, where callers are counted apart.

use host_core::caller::{Caller, Identity};
use host_core::{LineId, UserId};
use std::net::{IpAddr, Ipv6Addr};

/// Who asks: two keys of a user are one, and so are the addresses of one IPv6 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A line.
    Line(LineId),
    /// A user.
    User(UserId),
    /// Whoever did not sign in, by address; the host itself has none.
    Stranger(Option<IpAddr>),
}

impl Asker {
    /// Of a caller.
    pub fn of(caller: &Caller) -> Asker {
        match &caller.identity {
            Identity::Line { id } => Asker::Line(*id),
            Identity::User { id, .. } => Asker::User(*id),
            Identity::System | Identity::Stranger => Asker::Stranger(caller.address.map(network)),
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(full) => Ipv6Addr::from_bits(full.to_bits() & !u128::from(u64::MAX)).into(),
    }
}
