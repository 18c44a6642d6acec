//! The parts `[http]` and `[[listener]]` of the configuration: where clients are answered, with which
//! certificates, and whose word about them counts.

use host_http::Tls;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Bits that the network of a trusted proxy fixes at least: the private ones are as large as that.
const NARROWEST: u8 = 7;

/// The main listener and what all listeners share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where clients reach the panel when a request's Host cannot be used: `https://tv.example.org`.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-*` or `Forwarded` headers count: client, scheme, host and port. Also those
    /// whose PROXY headers do.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether connections to the main listener begin with a PROXY header.
    pub proxy_protocol: ProxyProtocol,
    /// PEM file with the certificate chain of the main listener.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its key.
    pub tls_key: Option<PathBuf>,
    /// Its further certificates.
    pub certificates: Vec<CertificateFiles>,
    /// A program with its arguments that an admin's `reload_nginx` runs besides, such as one that reloads a proxy; run as
    /// it stands here, without a shell.
    pub reload_command: Vec<String>,
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
    /// Whether connections begin with a PROXY header.
    #[serde(default)]
    pub proxy_protocol: ProxyProtocol,
    /// PEM file with the certificate chain.
    #[serde(default)]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its key.
    #[serde(default)]
    pub tls_key: Option<PathBuf>,
    /// Its further certificates.
    #[serde(default)]
    pub certificates: Vec<CertificateFiles>,
}

/// A further certificate of a listener. Clients get it that ask for a host name in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// PEM file with the certificate chain.
    pub tls_cert: PathBuf,
    /// PEM file with its key.
    pub tls_key: PathBuf,
}

/// Whether connections begin with a PROXY header, version 1 or 2, that says whose they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyProtocol {
    /// They do not.
    #[default]
    Off,
    /// They do, and come from one of the trusted proxies; others are closed.
    Required,
}

/// What both parts say of one listener's certificates, and how errors name the part.
struct Named<'c> {
    place: String,
    further: &'static str,
    of: String,
    cert: &'c Option<PathBuf>,
    key: &'c Option<PathBuf>,
    certificates: &'c [CertificateFiles],
}

impl Http {
    /// The certificates of the main listener, the first one for clients that no other one is for.
    pub fn tls(&self) -> Vec<Tls> {
        self.named().tls()
    }

    /// # Errors
    /// What is wrong with the part, as far as it stands in the file.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.named().check()?;
        if let Some(url) = &self.public_url {
            let plain = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            anyhow::ensure!(
                plain.is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
                "[http] public_url is http://HOST or https://HOST with an optional port, without a path"
            );
        }
        if let Some(program) = self.reload_command.first() {
            anyhow::ensure!(
                Path::new(program).is_absolute(),
                "[http] reload_command begins with the whole path of a program, such as /usr/sbin/nginx, not {program:?}"
            );
        }
        for network in &self.trusted_proxies {
            anyhow::ensure!(
                network.prefix_len() >= NARROWEST,
                "[http] trusted_proxies: {network} would let a large part of the internet say who it is; list the \
                 proxies' own addresses, such as 10.0.0.5 or 10.0.0.0/8"
            );
        }
        self.check_proxy_protocol("[http]", self.proxy_protocol)
    }

    /// # Errors
    /// When a listener requires PROXY headers, and nobody's count.
    pub(super) fn check_proxy_protocol(&self, place: &str, asked: ProxyProtocol) -> anyhow::Result<()> {
        anyhow::ensure!(
            asked == ProxyProtocol::Off || !self.trusted_proxies.is_empty(),
            "{place} proxy_protocol = \"required\" would let nobody in: list the proxies in [http] trusted_proxies"
        );
        Ok(())
    }

    fn named(&self) -> Named<'_> {
        Named {
            place: "[http]".to_owned(),
            further: "[[http.certificates]]",
            of: String::new(),
            cert: &self.tls_cert,
            key: &self.tls_key,
            certificates: &self.certificates,
        }
    }
}

impl Listener {
    /// Its certificates, the first one for clients that no other one is for.
    pub fn tls(&self) -> Vec<Tls> {
        self.named().tls()
    }

    /// # Errors
    /// What is wrong with the part, as far as it stands in the file.
    pub(super) fn check(&self, http: &Http) -> anyhow::Result<()> {
        let named = self.named();
        named.check()?;
        http.check_proxy_protocol(&named.place, self.proxy_protocol)
    }

    fn named(&self) -> Named<'_> {
        Named {
            place: format!("[[listener]] {}", self.address),
            further: "[[listener.certificates]]",
            of: format!(" of {}", self.address),
            cert: &self.tls_cert,
            key: &self.tls_key,
            certificates: &self.certificates,
        }
    }
}

impl Named<'_> {
    fn tls(&self) -> Vec<Tls> {
        let own = self.cert.clone().zip(self.key.clone());
        let own = own.map(|(cert, key)| Tls { place: self.place.clone(), cert, key });
        let further = self.certificates.iter().enumerate().map(|(at, files)| Tls {
            place: format!("{} no. {}{}", self.further, at + 1, self.of),
            cert: files.tls_cert.clone(),
            key: files.tls_key.clone(),
        });
        own.into_iter().chain(further).collect()
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.cert.is_some() == self.key.is_some(),
            "{}: tls_cert and tls_key are given together or not at all",
            self.place
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn config(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    /// What is wrong with a configuration; it must be something.
    fn wrong(text: &str) -> String {
        config(text).check().unwrap_err().to_string()
    }

    #[test]
    fn a_command_is_named_by_its_whole_path() {
        assert!(wrong("[http]\nreload_command = ['nginx', '-s', 'reload']").contains("reload_command"));
        assert!(config("[http]\nreload_command = ['/usr/sbin/nginx', '-s', 'reload']").check().is_ok());
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        assert!(wrong("[http]\ntls_cert = 'a.pem'").contains("tls_key"));
        let listener = "[[listener]]\naddress = '127.0.0.1:9'\n";
        assert!(wrong(&format!("{listener}tls_key = 'a.key'")).contains("[[listener]] 127.0.0.1:9"));
        for part in ["[[http.certificates]]", &format!("{listener}[[listener.certificates]]")] {
            let error = toml::from_str::<Config>(&format!("{part}\ntls_cert = 'a.pem'")).unwrap_err().to_string();
            assert!(error.contains("tls_key"), "{error}");
        }
    }

    #[test]
    fn each_certificate_is_known_by_the_part_that_names_it_and_the_listeners_own_is_first() {
        let further = "tls_cert = 'b.pem'\ntls_key = 'b.key'\n";
        let config = config(&format!(
            "[http]\ntls_cert = 'a.pem'\ntls_key = 'a.key'\n[[http.certificates]]\n{further}\
             [[listener]]\naddress = '127.0.0.1:9'\n[[listener.certificates]]\n{further}"
        ));
        let places = |tls: Vec<host_http::Tls>| {
            let shown = tls.iter().map(|files| format!("{} {}", files.place, files.cert.display()));
            shown.collect::<Vec<_>>()
        };
        assert_eq!(places(config.http.tls()), ["[http] a.pem", "[[http.certificates]] no. 1 b.pem"]);
        let listener = places(config.listeners[0].tls());
        assert_eq!(listener, ["[[listener.certificates]] no. 1 of 127.0.0.1:9 b.pem"]);
        assert!(config.check().is_ok());
    }

    #[test]
    fn nobody_trusts_the_whole_internet_as_a_proxy() {
        for network in ["0.0.0.0/0", "::/0", "128.0.0.0/1"] {
            let error = wrong(&format!("[http]\ntrusted_proxies = ['127.0.0.1/32', '{network}']"));
            assert!(error.contains(network), "{error}");
        }
        let right = "[http]\ntrusted_proxies = ['10.0.0.0/8', 'fc00::/7', '192.0.2.1/32']";
        assert!(config(right).check().is_ok());
    }

    #[test]
    fn proxy_headers_are_required_of_somebody() {
        let listener = "[[listener]]\naddress = '127.0.0.1:9'\n";
        for (text, place) in [
            ("[http]\nproxy_protocol = 'required'".to_owned(), "[http] proxy_protocol"),
            (format!("{listener}proxy_protocol = 'required'"), "[[listener]] 127.0.0.1:9 proxy_protocol"),
        ] {
            let error = wrong(&text);
            assert!(error.contains(place) && error.contains("trusted_proxies"), "{error}");
        }
        for value in ["off", "required"] {
            let text = format!("[http]\ntrusted_proxies = ['10.0.0.5/32']\nproxy_protocol = '{value}'\n");
            assert!(config(&format!("{text}{listener}proxy_protocol = '{value}'")).check().is_ok());
        }
        let error = toml::from_str::<Config>("[http]\nproxy_protocol = 'on'").unwrap_err().to_string();
        assert!(error.contains("required"), "{error}");
    }
}
