//! Which tenant a request is for: by its one host name, by its access code, or because there is
//! only one. Refuses to know what the tenant answers.

use crate::client_address::normalised;
use host_core::TenantId;
use host_core::access_code::AccessCode;
use host_core::tenant::Tenant;
use host_engine::Engine;
use http::request::Parts;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The tenants of the process, as the engine knows them.
pub(crate) struct Tenants {
    engine: Arc<Engine>,
}

/// The authority that a client asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Host {
    /// Lower case, without port and brackets.
    pub(crate) name: String,
    /// The port, when it was named.
    pub(crate) port: Option<u16>,
}

/// What is wrong with a request's Host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BadHost;

/// Where the answer sends the client back to: never an unlisted Host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// Host name or address, without port.
    pub(crate) host: String,
    /// Port.
    pub(crate) port: u16,
}

impl Tenants {
    /// Over this engine's control database.
    pub(crate) fn new(engine: Arc<Engine>) -> Tenants {
        Tenants { engine }
    }

    /// The tenant of a host name, or the only tenant there is, when that host is our own address
    /// or the tenant has no names.
    pub(crate) async fn of_host(&self, host: &Host, local: SocketAddr) -> host_engine::Result<Option<Arc<Tenant>>> {
        let known = self.engine.known_tenants().await?;
        if let Some(tenant) = known.by_host(&host.name) {
            return Ok(Some(Arc::clone(tenant)));
        }
        Ok(known.only().filter(|tenant| tenant.hosts.is_empty() || is_own(host, local)).cloned())
    }

    /// The access code that opens for this address, and its tenant; none sounds like an unknown path.
    pub(crate) async fn of_code(
        &self,
        code: &str,
        address: IpAddr,
    ) -> host_engine::Result<Option<(AccessCode, Arc<Tenant>)>> {
        if host_core::name::access_code(code).is_err() {
            return Ok(None);
        }
        let Some(code) = self.engine.access_code(code, address).await? else { return Ok(None) };
        let tenant = self.engine.known_tenants().await?.by_id(code.tenant).cloned();
        Ok(tenant.map(|tenant| (code, tenant)))
    }

    /// All tenants, read anew: an error when the control database does not answer.
    pub(crate) async fn all(&self) -> host_engine::Result<Vec<TenantId>> {
        Ok(self.engine.tenants().await?.into_iter().map(|tenant| tenant.id).collect())
    }
}

impl Host {
    /// The host of a request: its one Host header, or the authority of an HTTP/2 request.
    pub(crate) fn of(parts: &Parts) -> Result<Host, BadHost> {
        let mut headers = parts.headers.get_all(http::header::HOST).iter();
        let text = match (headers.next(), headers.next()) {
            (Some(one), None) => Cow::Borrowed(one.to_str().map_err(|_| BadHost)?),
            (None, _) => Cow::Owned(parts.uri.authority().ok_or(BadHost)?.to_string()),
            _ => return Err(BadHost),
        };
        Host::parsed(&text)
    }

    fn parsed(text: &str) -> Result<Host, BadHost> {
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
}

/// Whether the host is the address that the connection reached, or a name of the machine itself.
fn is_own(host: &Host, local: SocketAddr) -> bool {
    let local = normalised(local.ip());
    match host.name.parse::<IpAddr>() {
        Ok(address) => normalised(address) == local,
        Err(_) => local.is_loopback() && host.name == "localhost",
    }
}

/// Scheme, host and port that addresses in the answer begin with: the ones of the request when
/// its Host is the tenant's or our own, else the public ones, else the address that was reached.
pub(crate) fn origin(tenant: &Tenant, host: &Host, secure: bool, local: SocketAddr, public: Option<&Origin>) -> Origin {
    let scheme = if secure { "https" } else { "http" };
    if tenant.hosts.contains(&host.name) || is_own(host, local) {
        let port = host.port.unwrap_or(if secure { 443 } else { 80 });
        return Origin { scheme, host: in_address(&host.name), port };
    }
    match public {
        Some(public) => public.clone(),
        None => Origin { scheme, host: in_address(&normalised(local.ip()).to_string()), port: local.port() },
    }
}

/// A host as it stands in an address: IPv6 in brackets.
fn in_address(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::tenant::Quotas;
    use host_core::time::Unix;
    use host_core::{TenantId, Version};

    fn host(text: &str) -> Host {
        Host::parsed(text).unwrap()
    }

    fn request(headers: &[&str]) -> Parts {
        let mut builder = http::Request::builder().uri("/x");
        for header in headers {
            builder = builder.header("host", *header);
        }
        builder.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_request_has_exactly_one_host_in_any_case() {
        assert_eq!(
            Host::of(&request(&["TV.Example.org:8080"])),
            Ok(Host { name: "tv.example.org".into(), port: Some(8080) })
        );
        assert_eq!(Host::of(&request(&["tv.example.org."])).unwrap().name, "tv.example.org");
        assert_eq!(Host::of(&request(&[])), Err(BadHost));
        assert_eq!(Host::of(&request(&["a", "a"])), Err(BadHost));
        for bad in ["", "a b", "a:99999", "http://a", "a/b", "[::1", "[::1]x", "user@a"] {
            assert_eq!(Host::parsed(bad), Err(BadHost), "{bad:?}");
        }
        assert_eq!(host("[2001:DB8::1]:80"), Host { name: "2001:db8::1".into(), port: Some(80) });
    }

    #[test]
    fn addresses_in_answers_never_come_from_an_unlisted_host() {
        let tenant = Tenant {
            id: TenantId(1),
            version: Version(1),
            name: "t".into(),
            hosts: vec!["tv.example.org".into()],
            suspended: false,
            quotas: Quotas::default(),
            created_at: Unix(0),
        };
        let local: SocketAddr = "192.0.2.7:8080".parse().unwrap();
        let public = Origin::parsed("https://panel.example.org").unwrap();
        let seen = |text: &str, secure, public| {
            let origin = origin(&tenant, &host(text), secure, local, public);
            format!("{}://{}:{}", origin.scheme, origin.host, origin.port)
        };
        assert_eq!(seen("tv.example.org:8080", false, Some(&public)), "http://tv.example.org:8080");
        assert_eq!(seen("tv.example.org", true, None), "https://tv.example.org:443");
        assert_eq!(seen("192.0.2.7:8080", false, Some(&public)), "http://192.0.2.7:8080");
        assert_eq!(seen("evil.example", false, Some(&public)), "https://panel.example.org:443");
        assert_eq!(seen("evil.example", false, None), "http://192.0.2.7:8080");
        assert_eq!(seen("localhost", false, None), "http://192.0.2.7:8080");
    }
}
