//! Host names: which one a client asked for.

use crate::address::normalised;
use http::Version;
use http::header::HOST;
use http::request::Parts;
use std::net::{IpAddr, SocketAddr};

/// The authority that a client asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Host {
    /// Lower case, without port and brackets.
    pub(crate) name: String,
    /// The port, when it was named.
    pub(crate) port: Option<u16>,
}

/// What is wrong with a request's host: there is none, or several, or it is no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BadHost;

impl Host {
    /// The host that a request asks for. An address in its first line (HTTP/2, and requests as they
    /// are sent to proxies) wins over the `Host` header. Who speaks HTTP/1.0 and names none means the
    /// address that the connection reached.
    ///
    /// # Errors
    /// When several hosts are named, one that is none, or none at all.
    pub(crate) fn asked(parts: &Parts, local: SocketAddr) -> Result<Host, BadHost> {
        let mut headers = parts.headers.get_all(HOST).iter();
        let header = headers.next();
        if headers.next().is_some() {
            return Err(BadHost);
        }
        match (parts.uri.authority(), header) {
            (Some(authority), _) => Host::parsed(authority.as_str()),
            (None, Some(header)) => Host::parsed(header.to_str().map_err(|_| BadHost)?),
            (None, None) if parts.version < Version::HTTP_11 => {
                Ok(Host { name: normalised(local.ip()).to_string(), port: Some(local.port()) })
            }
            (None, None) => Err(BadHost),
        }
    }

    /// Out of `NAME`, `NAME:PORT` or an address, IPv6 in brackets.
    ///
    /// # Errors
    /// When it is none of these.
    pub(crate) fn parsed(text: &str) -> Result<Host, BadHost> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, rest) = rest.split_once(']').ok_or(BadHost)?;
                (name, rest.strip_prefix(':').or(rest.is_empty().then_some("")).ok_or(BadHost)?)
            }
            None => text.split_once(':').unwrap_or((text, "")),
        };
        let port = if port.is_empty() { None } else { Some(port.parse().map_err(|_| BadHost)?) };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        host_core::name::host(&name).map_err(|_| BadHost)?;
        Ok(Host { name, port })
    }

    /// Whether it is the address that the connection reached, or a name of the machine itself.
    pub(crate) fn is_own(&self, local: SocketAddr) -> bool {
        let local = normalised(local.ip());
        match self.name.parse::<IpAddr>() {
            Ok(address) => normalised(address) == local,
            Err(_) => local.is_loopback() && self.name == "localhost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "192.0.2.7:8080";

    fn request(version: Version, target: &str, headers: &[&str]) -> Result<String, BadHost> {
        let mut builder = http::Request::builder().version(version).uri(target);
        for header in headers {
            builder = builder.header("host", *header);
        }
        let parts = builder.body(()).unwrap().into_parts().0;
        let host = Host::asked(&parts, LOCAL.parse().unwrap())?;
        Ok(host.port.map_or(host.name.clone(), |port| format!("{}:{port}", host.name)))
    }

    #[test]
    fn a_request_has_exactly_one_host_in_any_case() {
        let asked = |headers: &[&str]| request(Version::HTTP_11, "/x", headers);
        assert_eq!(asked(&["TV.Example.org:8080"]), Ok("tv.example.org:8080".into()));
        assert_eq!(asked(&["tv.example.org."]), Ok("tv.example.org".into()));
        assert_eq!(asked(&["[2001:DB8::1]:80"]), Ok("2001:db8::1:80".into()));
        assert_eq!(asked(&[]), Err(BadHost));
        assert_eq!(asked(&["a", "a"]), Err(BadHost));
        for bad in ["", "a b", "a:99999", "http://a", "a/b", "[::1", "[::1]x", "user@a"] {
            assert_eq!(asked(&[bad]), Err(BadHost), "{bad:?}");
        }
    }

    #[test]
    fn the_host_of_the_first_line_wins_over_the_header() {
        let absolute = "http://tv.example.org:8080/x";
        assert_eq!(request(Version::HTTP_11, absolute, &["elsewhere.example"]), Ok("tv.example.org:8080".into()));
        assert_eq!(request(Version::HTTP_2, absolute, &[]), Ok("tv.example.org:8080".into()));
        assert_eq!(request(Version::HTTP_11, absolute, &["a", "b"]), Err(BadHost));
        assert_eq!(request(Version::HTTP_11, "http://user@tv.example.org/x", &[]), Err(BadHost));
    }

    #[test]
    fn who_speaks_http_1_0_and_names_no_host_means_the_address_it_reached() {
        assert_eq!(request(Version::HTTP_10, "/x", &[]), Ok(LOCAL.into()));
        assert_eq!(request(Version::HTTP_10, "/x", &["tv.example.org"]), Ok("tv.example.org".into()));
    }
}
