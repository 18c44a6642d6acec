//! Where datagrams may be received. A pure rule: no sockets, and no settings beyond the networks it is given.
//!
//! Joining a group sends nothing to anybody but the routers next door, so that a group is not a way into a network, as
//! an http address is, and [`crate::address`] does not judge it. But what a local network distributes is not
//! everybody's: a tenant's admin would watch, and sell, what another customer of the same machine receives. Therefore:
//!
//! - What is received is received on a network that the operator has listed in `receive`, or not at all.
//! - A group is joined by the interface that the source names, else by the first one in a listed network. Groups in
//!   which routers and hosts talk to each other are never joined.
//! - An address of this machine is listened on only when it lies in a listed network: a port of it is a door.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const CONTROL: &str = "routers and hosts talk to each other in this multicast group; use another one";
const NOT_LISTED: &str = "it is received on a local network that is not listed; list it under [outgoing] receive";
const NO_INTERFACE: &str = "no local interface has an address in a network of [outgoing] receive";
const UNKNOWN_INTERFACE: &str = "this machine has no interface with this name or address";

/// Groups of protocols that are no programmes: of the local network and between networks (RFC 5771).
const CONTROL_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 23);
/// Likewise the permanently assigned groups of a link, and those of no scope (RFC 4291).
const CONTROL_V6: [Ipv6Net; 2] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0), 16),
    Ipv6Net::new_assert(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// One address of a local interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalAddress {
    /// The interface's name.
    pub interface: String,
    /// Its number, by which IPv6 names it.
    pub index: u32,
    /// The address.
    pub address: IpAddr,
}

/// By which of the local addresses a group is joined. `is_named` says whether the source names an address as its
/// interface, and is none when it names no interface.
///
/// # Errors
/// Why it may not be joined, in words that end `the address is not allowed: `.
pub fn join<'a>(
    group: IpAddr,
    locals: &'a [LocalAddress],
    is_named: Option<&dyn Fn(&LocalAddress) -> bool>,
    receive: &[IpNet],
) -> Result<&'a LocalAddress, &'static str> {
    let is_control = match group {
        IpAddr::V4(group) => CONTROL_V4.contains(&group),
        IpAddr::V6(group) => CONTROL_V6.iter().any(|network| network.contains(&group)),
    };
    if is_control {
        return Err(CONTROL);
    }
    if receive.is_empty() {
        return Err(NOT_LISTED);
    }
    let is_listed = |local: &LocalAddress| receive.iter().any(|network| network.contains(&local.address));
    let mut fitting = locals.iter().filter(|local| local.address.is_ipv4() == group.is_ipv4());
    let Some(is_named) = is_named else { return fitting.find(|local| is_listed(local)).ok_or(NO_INTERFACE) };
    let named: Vec<_> = fitting.filter(|local| is_named(local)).collect();
    if named.is_empty() {
        return Err(UNKNOWN_INTERFACE);
    }
    named.into_iter().find(|local| is_listed(local)).ok_or(NOT_LISTED)
}

/// Whether a local address may be listened on; that of all zeros stands for each, and is listed by itself.
///
/// # Errors
/// Why not, in words that end `the address is not allowed: `.
pub fn listen(address: IpAddr, receive: &[IpNet]) -> Result<(), &'static str> {
    match receive.iter().any(|network| network.contains(&address)) {
        true => Ok(()),
        false => Err(NOT_LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locals() -> Vec<LocalAddress> {
        [("lo", 1, "127.0.0.1"), ("eth0", 2, "192.0.2.5"), ("eth1", 3, "10.20.0.5"), ("eth1", 3, "fd00::5")]
            .map(|(interface, index, address)| LocalAddress {
                interface: interface.to_owned(),
                index,
                address: address.parse().unwrap(),
            })
            .into()
    }

    /// The address by which a group is joined, or the first words of the refusal.
    fn joined(group: &str, interface: Option<&str>, receive: &[&str]) -> String {
        let receive: Vec<IpNet> = receive.iter().map(|network| network.parse().unwrap()).collect();
        let locals = locals();
        let is_named = |local: &LocalAddress| Some(local.interface.as_str()) == interface;
        let is_named = interface.is_some().then_some(&is_named as &dyn Fn(&LocalAddress) -> bool);
        match join(group.parse().unwrap(), &locals, is_named, &receive) {
            Ok(local) => local.address.to_string(),
            Err(reason) => reason.split(' ').take(3).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn without_a_list_no_group_is_joined() {
        for interface in [None, Some("eth1"), Some("eth9")] {
            assert_eq!(joined("239.1.1.1", interface, &[]), "it is received", "{interface:?}");
        }
    }

    #[test]
    fn with_a_list_groups_are_joined_within_its_networks_only() {
        assert_eq!(joined("239.1.1.1", None, &["10.20.0.0/16"]), "10.20.0.5");
        assert_eq!(joined("239.1.1.1", Some("eth1"), &["10.20.0.0/16"]), "10.20.0.5");
        assert_eq!(joined("239.1.1.1", Some("eth0"), &["10.20.0.0/16"]), "it is received");
        assert_eq!(joined("ff15::1", None, &["10.20.0.0/16"]), "no local interface");
        assert_eq!(joined("ff15::1", Some("eth1"), &["fd00::/8"]), "fd00::5");
        assert_eq!(joined("239.1.1.1", Some("eth9"), &["10.20.0.0/16"]), "this machine has");
    }

    #[test]
    fn groups_of_routers_and_hosts_are_never_joined() {
        const LISTED: [&str; 2] = ["10.20.0.0/16", "fd00::/8"];
        for group in ["224.0.0.1", "224.0.0.251", "224.0.1.129", "ff02::1", "ff02::fb"] {
            assert_eq!(joined(group, None, &LISTED), "routers and hosts", "{group}");
        }
        for group in ["224.0.2.1", "232.1.1.1"] {
            assert_eq!(joined(group, None, &LISTED), "10.20.0.5", "{group}");
        }
        for group in ["ff12::1", "ff3e::8000:1", "ff05::1"] {
            assert_eq!(joined(group, None, &LISTED), "fd00::5", "{group}");
        }
    }

    #[test]
    fn a_local_address_is_listened_on_when_it_is_listed() {
        let receive = ["127.0.0.0/8".parse().unwrap()];
        assert!(listen("127.0.0.1".parse().unwrap(), &receive).is_ok());
        assert!(listen("0.0.0.0".parse().unwrap(), &receive).is_err());
        assert!(listen("127.0.0.1".parse().unwrap(), &[]).is_err());
        assert!(listen("0.0.0.0".parse().unwrap(), &["0.0.0.0/0".parse().unwrap()]).is_ok());
    }
}
