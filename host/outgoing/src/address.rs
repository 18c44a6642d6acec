//! Which addresses may be reached. A pure rule: no look-up of names, no sockets, no settings beyond the networks it is
//! given.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const LOOPBACK: &str = "a loopback network; list it under [outgoing] allow to reach it";
const PRIVATE: &str = "a private network; list it under [outgoing] allow to reach it";
const LINK_LOCAL: &str = "a link-local network; list it under [outgoing] allow to reach it";
const CARRIER: &str = "a carrier's shared network; list it under [outgoing] allow to reach it";
const MULTICAST: &str = "a multicast network; list it under [outgoing] allow to reach it";
const DOCUMENTATION: &str = "a documentation network; list it under [outgoing] allow to reach it";
const RESERVED: &str = "a reserved network; list it under [outgoing] allow to reach it";

/// IPv4 networks that are not public, from the IANA special-purpose registry.
const V4: [(Ipv4Net, &str); 16] = [
    (v4([0, 0, 0, 0], 8), RESERVED),
    (v4([10, 0, 0, 0], 8), PRIVATE),
    (v4([100, 64, 0, 0], 10), CARRIER),
    (v4([127, 0, 0, 0], 8), LOOPBACK),
    (v4([169, 254, 0, 0], 16), LINK_LOCAL),
    (v4([172, 16, 0, 0], 12), PRIVATE),
    (v4([192, 0, 0, 0], 24), RESERVED),
    (v4([192, 0, 2, 0], 24), DOCUMENTATION),
    (v4([192, 31, 196, 0], 24), RESERVED),
    (v4([192, 88, 99, 0], 24), RESERVED),
    (v4([192, 168, 0, 0], 16), PRIVATE),
    (v4([198, 18, 0, 0], 15), RESERVED),
    (v4([198, 51, 100, 0], 24), DOCUMENTATION),
    (v4([203, 0, 113, 0], 24), DOCUMENTATION),
    (v4([224, 0, 0, 0], 4), MULTICAST),
    (v4([240, 0, 0, 0], 4), RESERVED),
];

/// IPv6 networks that are not public. The first that matches counts; what lies outside
/// 2000::/3 is reserved anyway.
const V6: [(Ipv6Net, &str); 8] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), LOOPBACK),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LINK_LOCAL),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), PRIVATE),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), MULTICAST),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), DOCUMENTATION),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), DOCUMENTATION),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), RESERVED),
];

const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);
const TEREDO: Ipv6Net = v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32);

/// Whether an address may be reached: a public one, or one in a network of `allow`. An IPv6
/// form of an IPv4 address (mapped, NAT64, 6to4, Teredo) is judged as that address, so that no
/// form is a way around.
///
/// # Errors
/// What kind of network it is in, in words that end `the address is not allowed: `.
pub fn check(address: IpAddr, allow: &[IpNet]) -> Result<(), &'static str> {
    if allow.iter().any(|network| network.contains(&address)) {
        return Ok(());
    }
    match address {
        IpAddr::V4(address) => check_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => inner.into_iter().flatten().try_for_each(|inner| check(IpAddr::V4(inner), allow)),
            None => check_v6(address),
        },
    }
}

fn check_v4(address: Ipv4Addr) -> Result<(), &'static str> {
    match V4.iter().find(|(network, _)| network.contains(&address)) {
        Some((_, kind)) => Err(kind),
        None => Ok(()),
    }
}

fn check_v6(address: Ipv6Addr) -> Result<(), &'static str> {
    match V6.iter().find(|(network, _)| network.contains(&address)) {
        Some((_, kind)) => Err(kind),
        None if GLOBAL.contains(&address) => Ok(()),
        None => Err(RESERVED),
    }
}

/// The IPv4 addresses inside an IPv6 address: of Teredo the server's and the client's.
fn embedded(address: Ipv6Addr) -> Option<[Option<Ipv4Addr>; 2]> {
    let [_, b, c, d, _, _, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    if let Some(mapped) = address.to_ipv4_mapped() {
        Some([Some(mapped), None])
    } else if NAT64.contains(&address) {
        Some([v4(g, h), None])
    } else if SIX_TO_FOUR.contains(&address) {
        Some([v4(b, c), None])
    } else if TEREDO.contains(&address) {
        Some([v4(c, d), v4(!g, !h)])
    } else {
        None
    }
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(address: &str, allow: &[&str]) -> Result<(), &'static str> {
        let allow: Vec<IpNet> = allow.iter().map(|network| network.parse().unwrap()).collect();
        check(address.parse().unwrap(), &allow)
    }

    #[test]
    fn public_addresses_may_be_reached() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.114.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2400::",
            "3ffe::1",
            "2001:200::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
            "2001:0:101:101::fefe:fefe",
        ] {
            assert_eq!(judged(address, &[]), Ok(()), "{address}");
        }
    }

    #[test]
    fn every_other_network_is_refused_by_its_kind() {
        for (kind, addresses) in [
            (LOOPBACK, &["127.0.0.1", "127.255.255.255", "::1"][..]),
            (
                PRIVATE,
                &[
                    "10.0.0.1",
                    "10.255.255.255",
                    "172.16.0.0",
                    "172.31.255.255",
                    "192.168.1.1",
                    "fc00::1",
                    "fdff::1",
                    "fec0::1",
                ],
            ),
            (LINK_LOCAL, &["169.254.0.1", "169.254.169.254", "fe80::1", "febf::1"]),
            (CARRIER, &["100.64.0.1", "100.127.255.255"]),
            (MULTICAST, &["224.0.0.1", "239.255.255.255", "ff02::1"]),
            (DOCUMENTATION, &["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"]),
            (
                RESERVED,
                &[
                    "0.0.0.0",
                    "0.1.2.3",
                    "192.0.0.1",
                    "192.88.99.1",
                    "198.18.0.1",
                    "198.19.255.255",
                    "240.0.0.1",
                    "255.255.255.255",
                    "::",
                    "::2",
                    "::127.0.0.1",
                    "::ffff:0:127.0.0.1",
                    "100::1",
                    "64:ff9b:1::1",
                    "2001:2::1",
                    "2001:20::1",
                    "4000::1",
                    "5f00::1",
                    "e000::1",
                ],
            ),
        ] {
            for address in addresses {
                assert_eq!(judged(address, &[]), Err(kind), "{address}");
            }
        }
    }

    #[test]
    fn an_ipv4_address_is_judged_the_same_in_each_ipv6_form() {
        for (address, kind) in [
            ("::ffff:127.0.0.1", LOOPBACK),
            ("::ffff:169.254.169.254", LINK_LOCAL),
            ("64:ff9b::10.0.0.1", PRIVATE),
            ("64:ff9b::127.0.0.1", LOOPBACK),
            ("2002:7f00:1::", LOOPBACK),
            ("2002:c0a8:101::1", PRIVATE),
            ("2001:0:7f00:1::fefe:fefe", LOOPBACK),
            ("2001:0:101:101::80ff:fffe", LOOPBACK),
            ("2001:0:101:101::f5ff:fffe", PRIVATE),
        ] {
            assert_eq!(judged(address, &[]), Err(kind), "{address}");
        }
        assert_eq!(judged("::ffff:127.0.0.1", &["127.0.0.0/8"]), Ok(()));
        assert_eq!(judged("::ffff:127.0.0.1", &["::ffff:0:0/96"]), Ok(()));
    }

    #[test]
    fn a_listed_network_may_be_reached_and_nothing_beside_it() {
        assert_eq!(judged("10.1.2.3", &["10.1.0.0/16"]), Ok(()));
        assert_eq!(judged("10.2.0.0", &["10.1.0.0/16"]), Err(PRIVATE));
        assert_eq!(judged("127.0.0.1", &["10.0.0.0/8", "127.0.0.1/32"]), Ok(()));
        assert_eq!(judged("127.0.0.2", &["127.0.0.1/32"]), Err(LOOPBACK));
        assert_eq!(judged("::1", &["127.0.0.0/8"]), Err(LOOPBACK));
        assert_eq!(judged("fd00::1", &["fd00::/64"]), Ok(()));
    }
}
