//! Addresses of clients as they are counted and compared: one spelling for each, and one network for
//! all that a household can take.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address in IPv6 clothes is that IPv4 address.
pub(crate) fn normalised(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// What is counted as one client: an IPv4 address, or the /64 of IPv6, of which one household has
/// every address.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match normalised(address) {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_an_ipv4_address_or_a_64_of_ipv6() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:0:1:ffff::2", "2001:db8:0:1::"),
            ("2001:db8:0:2::1", "2001:db8:0:2::"),
        ] {
            assert_eq!(household(address.parse().unwrap()).to_string(), expected);
        }
    }
}
