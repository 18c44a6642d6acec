//! The way a request came: who is really asking, and which scheme, host and port they used. Proxies say
//! so in headers, and their word counts when the peer is a trusted one. Limits, allow lists, logs and
//! ISP locks all take the client from here.

use crate::address::normalised;
use crate::connection::Way;
use crate::host::{BadHost, Host};
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";
const PORT: &str = "x-forwarded-port";
const FORWARDED: &str = "forwarded";

/// The way a request came.
#[derive(Debug)]
pub(crate) struct Approach {
    /// The client: the peer or, behind trusted proxies, the right-most address that is none of them.
    pub(crate) client: IpAddr,
    between: Between,
    way: Way,
}

/// Who stands between the client and us.
#[derive(Debug)]
enum Between {
    /// Nobody who says so.
    Nobody,
    /// Somebody whom we do not trust: a proxy that is not configured, or a client that makes one up.
    Stranger,
    /// A trusted proxy, with what it says of the client's request.
    Proxy { https: Option<bool>, host: Option<Result<Host, BadHost>>, port: Option<u16> },
}

impl Approach {
    /// By the peer, how its connection came, and what stands in the headers. Of a header that came several
    /// times, or has several values, the last one counts: the nearest proxy wrote it, and the client perhaps
    /// the others.
    pub(crate) fn of(peer: IpAddr, way: Way, headers: &HeaderMap, trusted: &[IpNet]) -> Approach {
        let peer = normalised(peer);
        if !headers.keys().any(is_of_proxy) {
            return Approach { client: peer, between: Between::Nobody, way };
        }
        // The peer of a connection that a proxy opened for nobody knows whom is the proxy, which did not write
        // these headers.
        if way == Way::Unsaid || !is_trusted(peer, trusted) {
            return Approach { client: peer, between: Between::Stranger, way };
        }
        // A proxy writes one family of headers and passes the client's own in the other on.
        let (chain, proto, host, port): (Vec<&str>, _, _, _) =
            if [FOR, PROTO, HOST, PORT].iter().any(|name| headers.contains_key(*name)) {
                (entries(headers, FOR).collect(), last(headers, PROTO), last(headers, HOST), last(headers, PORT))
            } else {
                let said = |name| last(headers, FORWARDED).and_then(|entry| parameter(entry, name));
                let chain = entries(headers, FORWARDED).map(|entry| parameter(entry, "for").unwrap_or(""));
                (chain.collect(), said("proto"), said("host"), None)
            };
        let https = proto.and_then(|proto| match proto {
            proto if proto.eq_ignore_ascii_case("https") => Some(true),
            proto if proto.eq_ignore_ascii_case("http") => Some(false),
            _ => None,
        });
        let between =
            Between::Proxy { https, host: host.map(Host::parsed), port: port.and_then(|port| port.parse().ok()) };
        Approach { client: client(peer, &chain, trusted), between, way }
    }

    /// Whether no header says that somebody stands between the client and us.
    pub(crate) fn is_direct(&self) -> bool {
        matches!(self.between, Between::Nobody)
    }

    /// Whether the client's address is beyond doubt: nobody whom we do not trust says that they stand in between.
    pub(crate) fn is_certain(&self) -> bool {
        !matches!(self.between, Between::Stranger) && self.way != Way::Unsaid
    }

    /// Whether the client's own connection was encrypted: a trusted proxy's word, else our listener's.
    pub(crate) fn is_secure(&self, own_tls: bool) -> bool {
        let in_header = match self.between {
            Between::Proxy { https, .. } => https,
            _ => None,
        };
        let before_all = match self.way {
            Way::Through { https } => https,
            _ => None,
        };
        in_header.or(before_all).unwrap_or(own_tls)
    }

    /// Whether nobody can read along on the way: it was encrypted, or within this machine. Behind a
    /// proxy our end of the way is not all of it.
    pub(crate) fn is_private(&self, own_tls: bool, local: IpAddr) -> bool {
        let is_at_hand = self.way == Way::Direct && self.is_direct();
        self.is_secure(own_tls) || (is_at_hand && normalised(local).is_loopback())
    }

    /// The host that the client asked for, where `asked` is what the request itself names.
    ///
    /// # Errors
    /// When the proxy names one that is none.
    pub(crate) fn host(&self, asked: Host) -> Result<Host, BadHost> {
        let Between::Proxy { host, port, .. } = &self.between else { return Ok(asked) };
        let host = host.clone().unwrap_or(Ok(asked))?;
        Ok(Host { port: port.or(host.port), ..host })
    }
}

/// Whether only proxies add this header. All names are compared once, instead of looking each up.
fn is_of_proxy(name: &HeaderName) -> bool {
    matches!(name.as_str(), FOR | PROTO | HOST | PORT | FORWARDED | "x-real-ip" | "via")
}

/// The right-most address of the chain that is no proxy. A chain that cannot be read to its end stops
/// there: what stands left of it was not written by anybody we trust.
fn client(peer: IpAddr, chain: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for entry in chain.iter().rev() {
        let Some(address) = parsed(entry) else { break };
        client = address;
        if !is_trusted(client, trusted) {
            break;
        }
    }
    client
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The comma-separated entries of all headers of a name, in order.
fn entries<'h>(headers: &'h HeaderMap, name: &'static str) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or(""));
    values.flat_map(|value| value.split(',')).map(str::trim)
}

fn last<'h>(headers: &'h HeaderMap, name: &'static str) -> Option<&'h str> {
    entries(headers, name).last()
}

/// A parameter of one entry of a `Forwarded` header.
fn parameter<'h>(entry: &'h str, wanted: &str) -> Option<&'h str> {
    entry.split(';').map(str::trim).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim_matches('"'))
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

    fn approach(peer: &str, headers: &[(&'static str, &'static str)]) -> Approach {
        by(Way::Direct, peer, headers)
    }

    fn by(way: Way, peer: &str, headers: &[(&'static str, &'static str)]) -> Approach {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Approach::of(peer.parse().unwrap(), way, &map, &trusted)
    }

    #[test]
    fn the_client_is_the_right_most_address_that_is_no_proxy() {
        for (peer, headers, expected) in [
            ("198.51.100.1", vec![], "198.51.100.1"),
            ("::ffff:198.51.100.1", vec![], "198.51.100.1"),
            // A stranger's header is worth nothing.
            ("198.51.100.1", vec![(FOR, "203.0.113.9")], "198.51.100.1"),
            ("10.0.0.1", vec![(FOR, "203.0.113.9")], "203.0.113.9"),
            ("::ffff:10.0.0.1", vec![(FOR, "203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", vec![(FOR, "::ffff:203.0.113.9")], "203.0.113.9"),
            // What stands left was written by the client.
            ("10.0.0.1", vec![(FOR, "127.0.0.1, 203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", vec![(FOR, "203.0.113.9, 10.0.0.7")], "203.0.113.9"),
            ("10.0.0.1", vec![(FOR, "203.0.113.9"), (FOR, "10.0.0.7")], "203.0.113.9"),
            ("10.0.0.1", vec![(FOR, "10.0.0.9, 10.0.0.7")], "10.0.0.9"),
            ("10.0.0.1", vec![(FOR, "203.0.113.9, nonsense, 10.0.0.7")], "10.0.0.7"),
            ("10.0.0.1", vec![(FOR, "[2001:db8::5]:443")], "2001:db8::5"),
            ("10.0.0.1", vec![(FOR, "203.0.113.9:5555")], "203.0.113.9"),
            ("10.0.0.1", vec![(FORWARDED, "for=192.0.2.1, for=\"[2001:db8::7]\";proto=https")], "2001:db8::7"),
            // The client's own header beside the ones that the proxy writes.
            ("10.0.0.1", vec![(FORWARDED, "for=192.0.2.1"), (PROTO, "https")], "10.0.0.1"),
            ("2001:db8:1::1", vec![(FOR, "::ffff:203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", vec![], "10.0.0.1"),
        ] {
            assert_eq!(approach(peer, &headers).client.to_string(), expected, "{peer} {headers:?}");
        }
    }

    #[test]
    fn an_address_behind_somebody_whom_we_do_not_trust_is_not_the_clients() {
        assert!(approach("127.0.0.1", &[]).is_certain());
        assert!(approach("10.0.0.1", &[(FOR, "203.0.113.9")]).is_certain());
        assert!(!approach("127.0.0.1", &[(FOR, "203.0.113.9")]).is_certain());
    }

    #[test]
    fn only_a_trusted_proxy_says_whether_the_client_was_encrypted_and_its_last_word_counts() {
        for (peer, headers, own_tls, secure) in [
            ("10.0.0.1", vec![(PROTO, "https")], false, true),
            ("10.0.0.1", vec![(PROTO, "HTTPS")], false, true),
            ("10.0.0.1", vec![(PROTO, "http, https")], false, true),
            ("10.0.0.1", vec![(PROTO, "https, http")], false, false),
            ("10.0.0.1", vec![(PROTO, "https"), (PROTO, "http")], false, false),
            ("10.0.0.1", vec![(PROTO, "http")], true, false),
            ("10.0.0.1", vec![(FOR, "203.0.113.9")], true, true),
            ("10.0.0.1", vec![(FORWARDED, "proto=http, proto=https")], false, true),
            ("10.0.0.1", vec![(FORWARDED, "proto=https, for=10.0.0.7")], false, false),
            ("198.51.100.1", vec![(PROTO, "https")], false, false),
            ("198.51.100.1", vec![(PROTO, "http")], true, true),
        ] {
            assert_eq!(approach(peer, &headers).is_secure(own_tls), secure, "{peer} {headers:?} {own_tls}");
        }
    }

    #[test]
    fn the_machine_itself_is_private_as_long_as_nobody_stands_in_between() {
        let loopback = "127.0.0.1".parse().unwrap();
        for (peer, headers, private) in [
            ("127.0.0.1", vec![], true),
            ("127.0.0.1", vec![(FOR, "203.0.113.9")], false),
            ("127.0.0.1", vec![("x-real-ip", "203.0.113.9")], false),
            ("127.0.0.1", vec![(PROTO, "https")], false),
            ("10.0.0.1", vec![], true),
            ("10.0.0.1", vec![(PROTO, "http")], false),
            ("10.0.0.1", vec![(FOR, "203.0.113.9")], false),
            ("10.0.0.1", vec![(PROTO, "https")], true),
        ] {
            assert_eq!(approach(peer, &headers).is_private(false, loopback), private, "{peer} {headers:?}");
        }
        for (own_tls, local, private) in [
            (false, "::1", true),
            (false, "::ffff:127.0.0.1", true),
            (false, "192.0.2.7", false),
            (false, "10.0.0.1", false),
            (true, "192.0.2.7", true),
        ] {
            let direct = approach("198.51.100.1", &[]);
            assert_eq!(direct.is_private(own_tls, local.parse().unwrap()), private, "{own_tls} {local}");
        }
    }

    #[test]
    fn a_client_behind_a_proxy_that_passes_bytes_on_is_certain_and_never_within_the_machine() {
        let loopback = "127.0.0.1".parse().unwrap();
        for (https, own_tls, secure) in
            [(None, false, false), (None, true, true), (Some(true), false, true), (Some(false), true, false)]
        {
            let through = by(Way::Through { https }, "127.0.0.1", &[]);
            assert!(through.is_certain() && through.is_direct());
            assert_eq!(through.is_secure(own_tls), secure, "{https:?} {own_tls}");
            assert_eq!(through.is_private(own_tls, loopback), secure, "{https:?} {own_tls}");
        }
        // Its own headers count as those of any client.
        let through = by(Way::Through { https: None }, "198.51.100.1", &[(FOR, "203.0.113.9"), (PROTO, "https")]);
        assert_eq!(through.client.to_string(), "198.51.100.1");
        assert!(!through.is_certain() && !through.is_secure(false));
        let through = by(Way::Through { https: None }, "10.0.0.7", &[(FOR, "203.0.113.9"), (PROTO, "https")]);
        assert_eq!(through.client.to_string(), "203.0.113.9", "a proxy behind the proxy");
        assert!(through.is_certain() && through.is_secure(false));
    }

    #[test]
    fn nobody_speaks_for_a_client_whom_the_proxy_does_not_name() {
        let unsaid = by(Way::Unsaid, "10.0.0.1", &[(FOR, "203.0.113.9"), (PROTO, "https")]);
        assert_eq!(unsaid.client.to_string(), "10.0.0.1");
        assert!(!unsaid.is_certain() && !unsaid.is_secure(false));
        let unsaid = by(Way::Unsaid, "127.0.0.1", &[]);
        assert!(!unsaid.is_certain() && !unsaid.is_private(false, "127.0.0.1".parse().unwrap()));
    }
}
