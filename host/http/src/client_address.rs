//! Who is really asking: the peer, or, behind a trusted proxy, the address that the proxy saw.
//! Limits, allow lists, logs and ISP locks all take it from here. Refuses to know what for.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The address of the client. Headers count only when the peer is a trusted proxy; then the
/// right-most address of the chain that is no proxy is the client. A chain that cannot be read
/// to its end stops there: what stands left of it was not written by anybody we trust.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = normalised(peer);
    if !is_trusted(client, trusted) {
        return client;
    }
    let chain: Vec<&str> = match headers.get("x-forwarded-for") {
        Some(_) => entries(headers, "x-forwarded-for").collect(),
        None => entries(headers, "forwarded").filter_map(forwarded_for).collect(),
    };
    for entry in chain.into_iter().rev() {
        let Some(address) = parsed(entry) else { break };
        client = address;
        if !is_trusted(client, trusted) {
            break;
        }
    }
    client
}

/// Whether the request came through TLS: over our own listener, or a trusted proxy says so.
pub(crate) fn is_secure(own_tls: bool, peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let said = || headers.get("x-forwarded-proto").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"));
    own_tls || (is_trusted(normalised(peer), trusted) && said())
}

/// An IPv4 address in IPv6 clothes is that IPv4 address.
pub(crate) fn normalised(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The comma-separated entries of all headers of a name, in order.
fn entries<'h>(headers: &'h HeaderMap, name: &'static str) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or(""));
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// The `for=` of one entry of a `Forwarded` header.
fn forwarded_for(entry: &str) -> Option<&str> {
    entry.split(';').map(str::trim).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| value.trim_matches('"'))
    })
}

/// An address, with or without brackets and port.
fn parsed(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(normalised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        client_address(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn the_client_is_the_right_most_address_that_is_no_proxy() {
        let xff = "x-forwarded-for";
        for (peer, headers, expected) in [
            ("198.51.100.1", vec![], "198.51.100.1"),
            ("::ffff:198.51.100.1", vec![], "198.51.100.1"),
            // A stranger's header is worth nothing.
            ("198.51.100.1", vec![(xff, "203.0.113.9")], "198.51.100.1"),
            ("10.0.0.1", vec![(xff, "203.0.113.9")], "203.0.113.9"),
            ("::ffff:10.0.0.1", vec![(xff, "203.0.113.9")], "203.0.113.9"),
            // What stands left was written by the client himself.
            ("10.0.0.1", vec![(xff, "127.0.0.1, 203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", vec![(xff, "203.0.113.9, 10.0.0.7")], "203.0.113.9"),
            ("10.0.0.1", vec![(xff, "203.0.113.9"), (xff, "10.0.0.7")], "203.0.113.9"),
            ("10.0.0.1", vec![(xff, "10.0.0.9, 10.0.0.7")], "10.0.0.9"),
            ("10.0.0.1", vec![(xff, "203.0.113.9, nonsense, 10.0.0.7")], "10.0.0.7"),
            ("10.0.0.1", vec![(xff, "[2001:db8::5]:443")], "2001:db8::5"),
            ("10.0.0.1", vec![(xff, "203.0.113.9:5555")], "203.0.113.9"),
            ("10.0.0.1", vec![("forwarded", "for=192.0.2.1, for=\"[2001:db8::7]\";proto=https")], "2001:db8::7"),
            ("2001:db8:1::1", vec![(xff, "::ffff:203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", vec![], "10.0.0.1"),
        ] {
            assert_eq!(client(peer, &headers), expected, "{peer} {headers:?}");
        }
    }

    #[test]
    fn only_a_proxy_may_say_that_the_request_was_encrypted() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        let secure = |own, peer: &str| is_secure(own, peer.parse().unwrap(), &headers, &trusted);
        assert!(secure(false, "10.0.0.1"));
        assert!(!secure(false, "198.51.100.1"));
        assert!(secure(true, "198.51.100.1"));
    }
}
