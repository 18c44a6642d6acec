//! The configuration file: TOML, checked strictly, every field with a default that is safe. `panel.rs` hands each
//! floor its part.

use crate::shipped;
use host_runtime::CompileLimits;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// Bits that the network of a trusted proxy fixes at least: the private ones are as large as that.
const NARROWEST: u8 = 7;

/// The whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The main listener and what all listeners share.
    pub http: Http,
    /// Further listeners.
    #[serde(rename = "listener")]
    pub listeners: Vec<Listener>,
    /// Limits on requests and connections.
    pub limits: Limits,
    /// Networks that may be reached.
    pub outgoing: Outgoing,
    /// Plugins.
    pub plugins: Plugins,
    /// Local media and MaxMind files.
    pub media: Media,
    /// Logs.
    pub log: Log,
}

/// The main listener and what all listeners share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where clients reach the panel when a request's Host cannot be used: `https://tv.example.org`.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-*` or `Forwarded` headers count: client, scheme, host and port.
    pub trusted_proxies: Vec<IpNet>,
    /// PEM file with the certificate chain of the main listener.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its key.
    pub tls_key: Option<PathBuf>,
}

/// A further listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Where it listens.
    pub address: SocketAddr,
    /// The surfaces it answers; empty answers all.
    #[serde(default)]
    pub surfaces: Vec<String>,
    /// PEM file with the certificate chain.
    #[serde(default)]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its key.
    #[serde(default)]
    pub tls_key: Option<PathBuf>,
}

/// Limits on requests and connections.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Addresses that no limit applies to: own front servers, a hotel's one address, load tests.
    pub exempt: Vec<IpNet>,
    /// Connections of all clients together; when not given, three quarters of the open files that the
    /// system allows, or all but 16384.
    pub connections: Option<usize>,
    /// Connections of one address, or of one /64 of IPv6; when not given, an eighth of all, from 16 to 1024.
    pub connections_per_address: Option<usize>,
}

/// Networks that may be reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outgoing {
    /// Networks that sources, guides and plugins may reach besides public ones.
    pub allow: Vec<IpNet>,
    /// Local networks that `udp://` and `rtp://` sources are received on. When none is given, multicast groups are,
    /// on any interface, and addresses of this machine are not.
    pub receive: Vec<IpNet>,
}

/// Plugins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plugins {
    /// Load foreign plugins although nobody has signed them (development).
    pub unsigned: bool,
    /// Seconds that compiling a foreign plugin may take; 10 when it is not given.
    pub compile_seconds: Option<NonZeroU32>,
    /// MiB of memory that compiling a foreign plugin may take; 512 when it is not given.
    pub compile_mebibytes: Option<NonZeroU32>,
    /// `[plugins.limits.NAME]`: limits of single plugins that differ from the usual ones.
    pub limits: BTreeMap<String, PluginLimits>,
}

/// Limits of one plugin, whichever tenant has it. A plugin cannot set them itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PluginLimits {
    /// Bytes that one of its functions may have; 65536 when it is not given.
    pub function_bytes: Option<usize>,
}

impl Plugins {
    /// What compiling a foreign plugin may use.
    pub fn compile(&self) -> CompileLimits {
        let usual = CompileLimits::default();
        let or = |given: Option<NonZeroU32>, usual| given.map_or(usual, |number| number.get().into());
        CompileLimits {
            seconds: or(self.compile_seconds, usual.seconds),
            mebibytes: or(self.compile_mebibytes, usual.mebibytes),
        }
    }

    /// The plugins with another limit for functions than the usual one.
    pub fn function_bytes(&self) -> BTreeMap<String, usize> {
        let own = |(name, limits): (&String, &PluginLimits)| Some((name.clone(), limits.function_bytes?));
        self.limits.iter().filter_map(own).collect()
    }
}

/// Local media and MaxMind files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// Folder below which `file:` sources lie; none refuses them.
    pub root: Option<PathBuf>,
    /// MaxMind database with network operators (ISP or ASN).
    pub isp_database: Option<PathBuf>,
    /// MaxMind database with countries.
    pub country_database: Option<PathBuf>,
}

/// Logs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// JSON lines instead of text for people.
    pub json: bool,
    /// A filter such as `info,access=debug` (every request); the `LINECARD_LOG` variable wins.
    pub filter: Option<String>,
}

impl Config {
    /// Reads a file, or the defaults without one.
    pub fn read(path: Option<&Path>) -> anyhow::Result<Config> {
        let Some(path) = path else {
            return Ok(Config::default());
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("the configuration {} cannot be read: {error}", path.display()))?;
        let config: Config =
            toml::from_str(&text).map_err(|error| anyhow::anyhow!("{} is not right: {error}", path.display()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        for (what, cert, key) in std::iter::once(("[http]".to_owned(), &self.http.tls_cert, &self.http.tls_key))
            .chain(self.listeners.iter().map(|l| (format!("[[listener]] {}", l.address), &l.tls_cert, &l.tls_key)))
        {
            anyhow::ensure!(
                cert.is_some() == key.is_some(),
                "{what}: tls_cert and tls_key are given together or not at all"
            );
        }
        if let Some(url) = &self.http.public_url {
            let plain = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            anyhow::ensure!(
                plain.is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
                "[http] public_url is http://HOST or https://HOST with an optional port, without a path"
            );
        }
        for network in &self.http.trusted_proxies {
            anyhow::ensure!(
                network.prefix_len() >= NARROWEST,
                "[http] trusted_proxies: {network} would let a large part of the internet say who it is; list the \
                 proxies' own addresses, such as 10.0.0.5 or 10.0.0.0/8"
            );
        }
        for (name, number) in
            [("connections", self.limits.connections), ("connections_per_address", self.limits.connections_per_address)]
        {
            anyhow::ensure!(number != Some(0), "[limits] {name} = 0 would let nobody in; give a number from 1 on");
        }
        self.check_surfaces()
    }

    /// A misspelt surface is one that nobody can reach. Those of plugins that are not shipped are known
    /// only when they run, and only with `[plugins] unsigned` do they.
    fn check_surfaces(&self) -> anyhow::Result<()> {
        let named = || self.listeners.iter().flat_map(|l| l.surfaces.iter().map(move |surface| (l.address, surface)));
        if named().next().is_none() || self.plugins.unsigned {
            return Ok(());
        }
        let known = shipped::surfaces()?;
        for (address, surface) in named() {
            anyhow::ensure!(
                known.contains(surface),
                "[[listener]] {address}: there is no surface {surface:?}; choose from {}",
                known.join(", ")
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_named() {
        let error = toml::from_str::<Config>("[http]\npublic_uri = 'x'").unwrap_err().to_string();
        assert!(error.contains("public_uri"), "{error}");
    }

    #[test]
    fn a_plugin_may_have_larger_functions() {
        let text = "[plugins]\nunsigned = true\n[plugins.limits.big]\nfunction_bytes = 200000\n[plugins.limits.usual]";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.plugins.function_bytes(), [("big".to_owned(), 200_000)].into());
        assert!(toml::from_str::<Config>("[plugins.limits.big]\nfunctions = 1").is_err());
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let config: Config = toml::from_str("[http]\ntls_cert = 'a.pem'").unwrap();
        assert!(config.check().unwrap_err().to_string().contains("tls_key"));
    }

    /// What is wrong with a configuration; it must be something.
    fn wrong(text: &str) -> String {
        toml::from_str::<Config>(text).unwrap().check().unwrap_err().to_string()
    }

    #[test]
    fn a_listener_for_a_surface_that_is_none_is_refused_with_those_that_are() {
        for surface in ["admn", "Live", ""] {
            let error = wrong(&format!("[[listener]]\naddress = '127.0.0.1:1'\nsurfaces = ['live', '{surface}']"));
            assert!(error.contains(&format!("{surface:?}")) && error.contains("admin, "), "{error}");
        }
        let right = "[[listener]]\naddress = '127.0.0.1:1'\nsurfaces = ['live', 'player', 'admin']";
        assert!(toml::from_str::<Config>(right).unwrap().check().is_ok());
    }

    #[test]
    fn nobody_trusts_the_whole_internet_as_a_proxy() {
        for network in ["0.0.0.0/0", "::/0", "128.0.0.0/1"] {
            let error = wrong(&format!("[http]\ntrusted_proxies = ['127.0.0.1/32', '{network}']"));
            assert!(error.contains(network), "{error}");
        }
        let right = "[http]\ntrusted_proxies = ['10.0.0.0/8', 'fc00::/7', '192.0.2.1/32']";
        assert!(toml::from_str::<Config>(right).unwrap().check().is_ok());
    }

    #[test]
    fn a_limit_that_lets_nobody_in_is_refused() {
        for name in ["connections", "connections_per_address"] {
            assert!(wrong(&format!("[limits]\n{name} = 0")).contains(name));
        }
    }
}
