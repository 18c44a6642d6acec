//! Which host the addresses of an answer begin with: never one that is not listed.

use crate::address::normalised;
use crate::approach::Approach;
use crate::host::Host;
use host_core::secret::Secret;
use host_core::tenant::Tenant;
use host_engine::Engine;
use host_runtime::RequestFacts;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Where the answer sends the client back to: never an unlisted host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// Host name or address, without port; IPv6 in brackets.
    pub(crate) host: Arc<str>,
    /// Port.
    pub(crate) port: u16,
}

impl Origin {
    /// Out of a configured `http://HOST[:PORT]` or `https://HOST[:PORT]`.
    pub(crate) fn parsed(url: &str) -> Option<Origin> {
        let (scheme, rest, default) = match url.strip_prefix("https://") {
            Some(rest) => ("https", rest, 443),
            None => ("http", url.strip_prefix("http://")?, 80),
        };
        let host = Host::parsed(rest.trim_end_matches('/')).ok()?;
        Some(Origin { scheme, host: in_address(&host.name), port: host.port.unwrap_or(default) })
    }

    /// Scheme, host and port that addresses in an answer begin with: those of the request when its
    /// host is one of the tenant's, or our own address that the client reached itself; else the public
    /// ones; else the address that was reached. Our own address behind a proxy is the proxy's matter,
    /// and no client can use it. Who came by none of the `domains` that the tenant wants is sent to the first of them, as
    /// far as these are its own.
    pub(crate) fn of(
        tenant: &Tenant,
        host: &Host,
        approach: &Approach,
        is_secure: bool,
        local: SocketAddr,
        public: Option<&Origin>,
        domains: &[String],
    ) -> Origin {
        let origin = Origin::asked(tenant, host, approach, is_secure, local, public);
        let own = domains.iter().filter(|domain| tenant.hosts.is_empty() || tenant.hosts.contains(domain));
        let mut own = own.map(|domain| in_address(domain)).peekable();
        let Some(first) = own.peek().cloned() else { return origin };
        if own.any(|domain| domain == origin.host) { origin } else { Origin { host: first, ..origin } }
    }

    fn asked(
        tenant: &Tenant,
        host: &Host,
        approach: &Approach,
        is_secure: bool,
        local: SocketAddr,
        public: Option<&Origin>,
    ) -> Origin {
        let (scheme, usual) = if is_secure { ("https", 443) } else { ("http", 80) };
        let is_ours = approach.is_direct() && host.is_own(local);
        if is_ours || tenant.hosts.contains(&host.name) {
            let name = in_address(&host.name);
            // A proxy that passes the name on without its port: the configuration knows it.
            let known = public.filter(|public| !approach.is_direct() && public.scheme == scheme && public.host == name);
            let port = host.port.or(known.map(|public| public.port)).unwrap_or(usual);
            return Origin { scheme, host: name, port };
        }
        match public {
            Some(public) => public.clone(),
            None => Origin { scheme, host: in_address(&normalised(local.ip()).to_string()), port: local.port() },
        }
    }
}

/// What a plugin may know of a request that no client sent: of a command. Addresses in the answer begin with the
/// configured public address where it is one of the tenant's hosts or they have none, else with their first host.
pub fn facts_of_a_command(engine: &Engine, tenant: &Tenant, public_url: Option<&str>) -> RequestFacts {
    let public = public_url.and_then(Origin::parsed);
    let is_theirs = |origin: &Origin| tenant.hosts.is_empty() || tenant.hosts.iter().any(|host| *host == *origin.host);
    let (plain, encrypted) = engine.ports_announced();
    let own = || {
        let (scheme, port, usual) = if encrypted == 0 { ("http", plain, 80) } else { ("https", encrypted, 443) };
        let host = tenant.hosts.first().map_or("localhost", String::as_str);
        Origin { scheme, host: in_address(host), port: if port == 0 { usual } else { port } }
    };
    let Origin { scheme, host, port } = public.filter(is_theirs).unwrap_or_else(own);
    let (address, agent) = (Ipv4Addr::LOCALHOST.into(), "linecard call".into());
    RequestFacts { scheme, host, port, address, agent, code: Secret::default() }
}

/// A host as it stands in an address: IPv6 in brackets.
fn in_address(host: &str) -> Arc<str> {
    if host.contains(':') { format!("[{host}]").into() } else { host.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Way;
    use host_core::tenant::Quotas;
    use host_core::time::Unix;
    use host_core::{TenantId, Version as RowVersion};
    use http::HeaderMap;

    const LOCAL: &str = "192.0.2.7:8080";

    /// What addresses begin with for a request to this host with these headers, from a proxy at
    /// 10.0.0.1 or from elsewhere.
    fn seen(host: &str, peer: &str, headers: &[(&'static str, &str)], public: Option<&str>) -> String {
        wanted(host, peer, headers, public, &[])
    }

    fn wanted(
        host: &str,
        peer: &str,
        headers: &[(&'static str, &str)],
        public: Option<&str>,
        domains: &[&str],
    ) -> String {
        let tenant = Tenant {
            id: TenantId(1),
            version: RowVersion(1),
            name: "t".into(),
            hosts: vec!["tv.example.org".into(), "two.example.org".into()],
            suspended: false,
            quotas: Quotas::default(),
            created_at: Unix(0),
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let approach = Approach::of(peer.parse().unwrap(), Way::Direct, &map, &["10.0.0.0/8".parse().unwrap()]);
        let host = approach.host(Host::parsed(host).unwrap()).unwrap();
        let public = public.and_then(Origin::parsed);
        let is_secure = approach.is_secure(false);
        let local = LOCAL.parse().unwrap();
        let domains: Vec<_> = domains.iter().map(ToString::to_string).collect();
        let origin = Origin::of(&tenant, &host, &approach, is_secure, local, public.as_ref(), &domains);
        let Origin { scheme, host, port } = origin;
        format!("{scheme}://{host}:{port}")
    }

    const CLIENT: &str = "198.51.100.1";
    const PROXY: &str = "10.0.0.1";
    const PUBLIC: Option<&str> = Some("https://tv.example.org:8443");

    #[test]
    fn addresses_in_answers_never_come_from_an_unlisted_host() {
        assert_eq!(seen("tv.example.org:8080", CLIENT, &[], PUBLIC), "http://tv.example.org:8080");
        assert_eq!(seen("192.0.2.7:8080", CLIENT, &[], PUBLIC), "http://192.0.2.7:8080");
        assert_eq!(seen("evil.example", CLIENT, &[], PUBLIC), "https://tv.example.org:8443");
        assert_eq!(seen("evil.example", CLIENT, &[], None), "http://192.0.2.7:8080");
        assert_eq!(seen("localhost", CLIENT, &[], None), "http://192.0.2.7:8080");
        let said = [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")];
        assert_eq!(seen("192.0.2.7", PROXY, &said, PUBLIC), "https://tv.example.org:8443");
    }

    #[test]
    fn who_came_by_none_of_the_domains_that_are_wanted_is_sent_to_the_first_that_is_the_tenants() {
        let seen = |host, domains: &[&str]| wanted(host, CLIENT, &[], None, domains);
        assert_eq!(seen("tv.example.org:8080", &["two.example.org"]), "http://two.example.org:8080");
        assert_eq!(seen("two.example.org:8080", &["tv.example.org", "two.example.org"]), "http://two.example.org:8080");
        assert_eq!(seen("192.0.2.7:8080", &["evil.example", "tv.example.org"]), "http://tv.example.org:8080");
        assert_eq!(seen("tv.example.org", &["evil.example"]), "http://tv.example.org:80");
    }

    #[test]
    fn the_public_address_wins_over_the_one_that_a_proxy_reached_us_at() {
        let said = [("x-forwarded-for", CLIENT), ("x-forwarded-proto", "https")];
        assert_eq!(seen("192.0.2.7:8080", PROXY, &said, PUBLIC), "https://tv.example.org:8443");
        // A proxy that nobody has made a trusted one: its words count for nothing, but it is there.
        assert_eq!(seen("192.0.2.7:8080", CLIENT, &said, PUBLIC), "https://tv.example.org:8443");
    }

    #[test]
    fn a_proxy_names_host_and_port_as_the_client_used_them() {
        for (host, said, expected) in [
            ("tv.example.org", &[("x-forwarded-proto", "https")][..], "https://tv.example.org:8443"),
            ("tv.example.org", &[("x-forwarded-proto", "http")], "http://tv.example.org:80"),
            (
                "192.0.2.7:8080",
                &[("x-forwarded-host", "tv.example.org:9443"), ("x-forwarded-proto", "https")],
                "https://tv.example.org:9443",
            ),
            (
                "tv.example.org",
                &[("x-forwarded-port", "9444"), ("x-forwarded-proto", "https")],
                "https://tv.example.org:9444",
            ),
            (
                "192.0.2.7",
                &[("forwarded", "for=198.51.100.1;host=\"tv.example.org:9445\";proto=https")],
                "https://tv.example.org:9445",
            ),
        ] {
            assert_eq!(seen(host, PROXY, said, PUBLIC), expected, "{host} {said:?}");
        }
    }
}
