//! Sources that arrive as datagrams: what `udp://` and `rtp://` addresses say. Where they may be received is the
//! rule of whoever opens sockets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What each datagram holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// Transport stream packets, and nothing else.
    Bare,
    /// The same behind an RTP head.
    Rtp,
}

/// A local interface, as an operator names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Interface {
    /// By one of its addresses.
    Address(IpAddr),
    /// By its name: `eth1`.
    Name(String),
}

/// Where datagrams are received: a multicast group that is joined, or an address of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reception {
    /// What each datagram holds.
    pub framing: Framing,
    /// The group or local address, with the port. An address of all zeros is every local one.
    pub address: SocketAddr,
    /// Of a group, the one sender that is received (source-specific multicast).
    pub sender: Option<Ipv4Addr>,
    /// Of a group, the interface by which it is joined.
    pub interface: Option<Interface>,
}

/// Longest name of an interface, in bytes.
const MAX_INTERFACE: usize = 15;

/// The scheme of an address that datagrams arrive at, and what follows it.
fn scheme(url: &str) -> Option<(Framing, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    match scheme {
        "udp" => Some((Framing::Bare, rest)),
        "rtp" => Some((Framing::Rtp, rest)),
        _ => None,
    }
}

/// Whether an address begins like one that datagrams arrive at; it may still be malformed.
pub fn is_reception(url: &str) -> bool {
    scheme(url).is_some()
}

impl Reception {
    /// Reads `udp://[SENDER@]ADDRESS:PORT[?localaddr=LOCAL]`, or the same with `rtp://`. ADDRESS is a group or an
    /// address of this machine, IPv6 in brackets; without one it is every local IPv4 address. The `@` of players
    /// (`udp://@239.1.1.1:1234`) may stand there. `interface` is what the source's document names beside the url.
    ///
    /// # Errors
    /// What is wrong, as a sentence that quotes nothing of the address.
    pub fn read(url: &str, interface: Option<&str>) -> Result<Reception, String> {
        let (framing, rest) = scheme(url).ok_or("A source of datagrams begins with udp:// or rtp://.")?;
        let (authority, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (sender, address) = match authority.rsplit_once('@') {
            Some((sender, address)) => (Some(sender).filter(|sender| !sender.is_empty()), address),
            None => (None, authority),
        };
        let address = read_address(address)?;
        let interface = read_interface(query, interface)?;
        let is_group = address.ip().is_multicast();
        if interface.is_some() && !is_group {
            return Err(
                "An interface has an effect for multicast groups only; for others the address says where.".into()
            );
        }
        if let Some(Interface::Address(local)) = interface
            && local.is_ipv4() != address.is_ipv4()
        {
            return Err("The group and the address of the interface are of one kind, IPv4 or IPv6.".into());
        }
        let sender = sender.map(|sender| read_sender(sender, address.ip())).transpose()?;
        Ok(Reception { framing, address, sender, interface })
    }
}

fn read_address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || {
        "A udp or rtp source is udp://ADDRESS:PORT with an address in digits, such as udp://@239.1.1.1:1234 or \
         udp://[ff15::1]:1234."
            .to_owned()
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let port = number(port).filter(|port| *port != 0).ok_or_else(wrong)?;
    let address = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => IpAddr::V6(host.parse().map_err(|_| wrong())?).to_canonical(),
        None if host.is_empty() => Ipv4Addr::UNSPECIFIED.into(),
        None => IpAddr::V4(host.parse().map_err(|_| wrong())?),
    };
    Ok(SocketAddr::new(address, port))
}

/// A port in digits, without a sign.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn read_sender(text: &str, group: IpAddr) -> Result<Ipv4Addr, String> {
    if !group.is_multicast() {
        return Err("Only a multicast group has a sender before its @.".into());
    }
    match text.parse() {
        Ok(sender) if group.is_ipv4() => Ok(sender),
        _ => Err("The sender before the @ is an IPv4 address, and the group behind it is one of IPv4.".into()),
    }
}

/// The interface: beside the address or in it, and not both.
fn read_interface(query: Option<&str>, beside: Option<&str>) -> Result<Option<Interface>, String> {
    let mut within = None;
    for option in query.unwrap_or_default().split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("localaddr", local)) if within.is_none() => {
                let local = local.parse().map_err(|_| "localaddr is an address of this machine, in digits.")?;
                within = Some(Interface::Address(local));
            }
            Some(("localaddr", _)) => return Err("localaddr is given twice.".into()),
            _ => return Err("Of the options behind a udp or rtp address, only localaddr has an effect.".into()),
        }
    }
    let Some(beside) = beside else { return Ok(within) };
    if within.is_some() {
        return Err("The interface is named by the field interface or by localaddr, not by both.".into());
    }
    if let Ok(address) = beside.parse() {
        return Ok(Some(Interface::Address(address)));
    }
    let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b'/';
    if beside.is_empty() || beside.len() > MAX_INTERFACE || !beside.bytes().all(is_name) {
        return Err("interface is the address or the name of a local interface.".into());
    }
    Ok(Some(Interface::Name(beside.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Reception, String> {
        Reception::read(url, None)
    }

    #[test]
    fn groups_and_local_addresses_are_read_in_the_forms_that_players_know() {
        for (url, framing, address) in [
            ("udp://@239.1.1.1:1234", Framing::Bare, "239.1.1.1:1234"),
            ("udp://239.1.1.1:1234", Framing::Bare, "239.1.1.1:1234"),
            ("udp://239.1.1.1:1234/", Framing::Bare, "239.1.1.1:1234"),
            ("rtp://@239.1.1.1:5004", Framing::Rtp, "239.1.1.1:5004"),
            ("udp://127.0.0.1:5000", Framing::Bare, "127.0.0.1:5000"),
            ("udp://@:5000", Framing::Bare, "0.0.0.0:5000"),
            ("udp://:5000", Framing::Bare, "0.0.0.0:5000"),
            ("udp://[ff15::101]:1234", Framing::Bare, "[ff15::101]:1234"),
            ("rtp://@[ff15::101]:1234", Framing::Rtp, "[ff15::101]:1234"),
            ("udp://[::ffff:239.1.1.1]:1", Framing::Bare, "239.1.1.1:1"),
        ] {
            let read = read(url).unwrap();
            assert_eq!((read.framing, read.address.to_string().as_str()), (framing, address), "{url}");
            assert_eq!((read.sender, read.interface), (None, None), "{url}");
        }
    }

    #[test]
    fn a_group_may_name_its_sender_and_its_interface() {
        let specific = read("udp://192.0.2.7@232.1.1.1:1234?localaddr=10.0.0.1").unwrap();
        assert_eq!(specific.sender, Some([192, 0, 2, 7].into()));
        assert_eq!(specific.interface, Some(Interface::Address([10, 0, 0, 1].into())));
        let named = Reception::read("rtp://@239.1.1.1:5004", Some("eth1")).unwrap();
        assert_eq!(named.interface, Some(Interface::Name("eth1".into())));
        let by_address = Reception::read("udp://[ff15::1]:1", Some("fd00::1")).unwrap();
        assert_eq!(by_address.interface, Some(Interface::Address("fd00::1".parse().unwrap())));
    }

    #[test]
    fn what_would_have_no_effect_or_is_malformed_is_refused() {
        for url in [
            "udp://239.1.1.1",
            "udp://239.1.1.1:",
            "udp://239.1.1.1:0",
            "udp://239.1.1.1:+1",
            "udp://239.1.1.1:70000",
            "udp://239.1.1.1:1234/x",
            "udp://tv.example.org:1234",
            "udp://ff15::1:1234",
            "udp://[239.1.1.1]:1234",
            "udp://",
            "UDP://239.1.1.1:1234",
            "udp://239.1.1.1:1234?fifo_size=1000",
            "udp://239.1.1.1:1234?localaddr=eth0",
            "udp://239.1.1.1:1234?localaddr=10.0.0.1&localaddr=10.0.0.2",
            "udp://239.1.1.1:1234?localaddr=::1",
            "udp://127.0.0.1:1234?localaddr=127.0.0.1",
            "udp://10.0.0.9@127.0.0.1:1234",
            "udp://10.0.0.9@[ff15::1]:1234",
            "udp://name@239.1.1.1:1234",
            "udp://10.0.0.9:1@239.1.1.1:1234",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
        for interface in ["", "eth/1", "an-interface-too-long", "eth 1", "::1"] {
            assert!(Reception::read("udp://239.1.1.1:1234", Some(interface)).is_err(), "{interface}");
        }
        assert!(Reception::read("udp://239.1.1.1:1?localaddr=10.0.0.1", Some("eth1")).is_err(), "said twice");
    }
}
