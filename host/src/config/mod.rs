//! The configuration file: TOML, checked strictly, every field with a default that is safe. `panel.rs` hands each
//! floor its part.

mod http;

pub use http::{CertificateFiles, Http, Listener, ProxyProtocol};

use crate::shipped;
use host_http::Tls;
use host_runtime::CompileLimits;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// Limits on requests and connections.
    pub limits: Limits,
    /// Networks that may be reached.
    pub outgoing: Outgoing,
    /// Plugins.
    pub plugins: Plugins,
    /// Local media and MaxMind files.
    pub media: Media,
    /// SQL of admins' own.
    pub raw_sql: RawSql,
    /// Logs.
    pub log: Log,
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
    /// Local networks that `udp://` and `rtp://` sources are received on; on others they are not.
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
    /// Folder below which `file:` sources, and guides at `file:` addresses, lie; none refuses them.
    pub root: Option<PathBuf>,
    /// MaxMind database with network operators (ISP or ASN).
    pub isp_database: Option<PathBuf>,
    /// MaxMind database with countries.
    pub country_database: Option<PathBuf>,
}

/// SQL of admins' own: one SELECT at a time over views of their own panel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawSql {
    /// Answer it at all.
    pub enabled: bool,
    /// Let it change what is stored: not possible yet, and refused.
    pub write: bool,
    /// From where it may be asked; from wherever the admin's key may be used, when none is given.
    pub allow: Vec<IpNet>,
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

    /// The certificates of every encrypted listener.
    pub fn certificates(&self) -> Vec<Vec<Tls>> {
        let all = std::iter::once(self.http.tls()).chain(self.listeners.iter().map(Listener::tls));
        all.filter(|files| !files.is_empty()).collect()
    }

    fn check(&self) -> anyhow::Result<()> {
        self.http.check()?;
        for listener in &self.listeners {
            listener.check(&self.http)?;
        }
        for (name, number) in
            [("connections", self.limits.connections), ("connections_per_address", self.limits.connections_per_address)]
        {
            anyhow::ensure!(number != Some(0), "[limits] {name} = 0 would let nobody in; give a number from 1 on");
        }
        anyhow::ensure!(
            !self.raw_sql.write,
            "[raw_sql] write = true: SQL that changes what is stored is not taken; take the line out, SELECT works without"
        );
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
    fn sql_is_off_and_never_writes() {
        assert!(!Config::default().raw_sql.enabled);
        assert!(wrong("[raw_sql]\nenabled = true\nwrite = true").contains("write"));
        let right = "[raw_sql]\nenabled = true\nallow = ['10.0.0.0/8']";
        assert!(toml::from_str::<Config>(right).unwrap().check().is_ok());
    }

    #[test]
    fn a_limit_that_lets_nobody_in_is_refused() {
        for name in ["connections", "connections_per_address"] {
            assert!(wrong(&format!("[limits]\n{name} = 0")).contains(name));
        }
    }
}
