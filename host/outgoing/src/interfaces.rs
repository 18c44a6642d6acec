//! The addresses of this machine's interfaces, as the system lists them now.

use crate::local::LocalAddress;
use std::io;

/// Every address of every interface, in the system's order.
pub(crate) fn local_addresses() -> io::Result<Vec<LocalAddress>> {
    let interfaces = if_addrs::get_if_addrs()?;
    let local = |interface: if_addrs::Interface| {
        let (address, index) = (interface.ip(), interface.index.unwrap_or(0));
        LocalAddress { interface: interface.name, index, address }
    };
    Ok(interfaces.into_iter().map(local).collect())
}
