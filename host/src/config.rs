//! The configuration file: TOML, checked strictly, every field with a default that is safe.
//! Knows nothing of how it is used; `panel.rs` hands each floor its part.

use host_runtime::CompileLimits;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The main listener and what all listeners share.
    pub http: Http,
    /// Further listeners.
    #[serde(rename = "listener")]
    pub listeners: Vec<Listener>,
    /// Rate limits.
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
    /// Proxies whose `X-Forwarded-For` counts.
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

/// Rate limits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Addresses that no rate limit applies to: own front servers, load tests.
    pub exempt: Vec<IpNet>,
}

/// Networks that may be reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outgoing {
    /// Networks that sources, guides and plugins may reach besides public ones.
    pub allow: Vec<IpNet>,
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
}
