//! The certificates of one listener, each of which can be read again while connections use it.

use super::by_name::ByName;
use super::error::CertificateError;
use super::facts::facts;
use super::pair::{Pair, Stamp};
use crate::config::Tls;
use arc_swap::ArcSwap;
use host_core::port::CertificateFacts;
use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Protocols in the order in which we like them.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Reads the certificates of one listener as it would, and returns the names that they are for.
///
/// # Errors
/// What is wrong with the first one that cannot be used.
pub fn check(files: &[Tls]) -> Result<Vec<String>, CertificateError> {
    let entries = entries(files.to_vec(), &provider())?;
    ByName::of(entries.iter().map(Entry::held))?;
    Ok(entries.into_iter().flat_map(|entry| entry.pair.names).collect())
}

/// The certificates of one listener.
#[derive(Clone)]
pub(crate) struct CertificateSet {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    entries: Arc<Mutex<Vec<Entry>>>,
    provider: Arc<CryptoProvider>,
}

/// What handshakes look into.
#[derive(Debug)]
struct Shown(ArcSwap<ByName>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load().shown_to(hello.server_name())
    }
}

/// One pair of files, and what they held when they were read last.
struct Entry {
    files: Tls,
    pair: Pair,
    /// The files that were read last, whether they could be used or not.
    read: Stamp,
    /// Other files than those, which may still be written.
    coming: Option<Stamp>,
}

/// Which files are to be read again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// All of them, now.
    All,
    /// Those that changed, and stayed as they are from one look to the next.
    Changed,
}

/// What came of reading files again.
#[derive(Default)]
pub(super) struct Outcome {
    /// The new ones that are shown from now on.
    pub(super) renewed: Vec<Tls>,
    /// What is wrong with those whose old ones stay.
    pub(super) errors: Vec<CertificateError>,
}

impl CertificateSet {
    /// Reads them; the first is for clients that no other one is for.
    ///
    /// # Errors
    /// What is wrong with the first one that cannot be used.
    pub(crate) fn read(files: Vec<Tls>) -> Result<CertificateSet, CertificateError> {
        let provider = provider();
        let entries = entries(files, &provider)?;
        let shown = Arc::new(Shown(ArcSwap::from_pointee(ByName::of(entries.iter().map(Entry::held))?)));
        let resolver = Arc::clone(&shown);
        let mut config = ServerConfig::builder().with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(CertificateSet { acceptor, shown, entries: Arc::new(Mutex::new(entries)), provider })
    }

    /// What they say of themselves. Blocks while files are read.
    pub(super) fn facts(&self) -> Vec<CertificateFacts> {
        let entries = self.entries.lock();
        let shown = entries.iter().filter_map(|entry| facts(entry.pair.key.cert.first()?, &entry.pair.names));
        shown.collect()
    }

    /// What shakes hands with them.
    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Reads files again; handshakes from now on show what is new. The old one stays where the new one
    /// cannot be used. Blocks.
    pub(super) fn renew(&self, again: Again) -> Outcome {
        let mut entries = self.entries.lock();
        let mut outcome = Outcome::default();
        let mut candidates = Vec::with_capacity(entries.len());
        for entry in entries.iter_mut() {
            candidates.push(entry.candidate(again, &self.provider).unwrap_or_else(|error| {
                outcome.errors.push(error);
                None
            }));
        }
        if candidates.iter().all(Option::is_none) {
            return outcome;
        }
        // Names may have moved from one certificate to another, so the new ones are tried together first.
        let together =
            entries.iter().zip(&candidates).map(|(entry, new)| (&entry.files, new.as_ref().unwrap_or(&entry.pair)));
        let is_one_by_one = ByName::of(together).is_err();
        for (at, candidate) in candidates.into_iter().enumerate() {
            let Some(pair) = candidate else { continue };
            if is_one_by_one && let Err(error) = fits(&entries, at, &pair) {
                outcome.errors.push(error);
                continue;
            }
            let Some(entry) = entries.get_mut(at) else { continue };
            if !entry.pair.looks_like(&pair) {
                outcome.renewed.push(entry.files.clone());
            }
            entry.pair = pair;
        }
        match ByName::of(entries.iter().map(Entry::held)) {
            Ok(by_name) => self.shown.0.store(Arc::new(by_name)),
            Err(error) => outcome.errors.push(error),
        }
        outcome
    }
}

impl Entry {
    fn held(&self) -> (&Tls, &Pair) {
        (&self.files, &self.pair)
    }

    /// What the files hold now, if it is time to read them.
    fn candidate(&mut self, again: Again, provider: &CryptoProvider) -> Result<Option<Pair>, CertificateError> {
        // Taken before they are read: a change in between is one at the next look.
        let now = Stamp::of(&self.files);
        if again == Again::Changed {
            if now == self.read {
                self.coming = None;
                return Ok(None);
            }
            if self.coming.replace(now) != Some(now) {
                return Ok(None);
            }
        }
        (self.read, self.coming) = (now, None);
        Pair::read(&self.files, provider).map(Some)
    }
}

/// Whether a pair can take the place of the one at `at`, with all others as they are.
fn fits(entries: &[Entry], at: usize, pair: &Pair) -> Result<(), CertificateError> {
    let held = entries.iter().enumerate();
    ByName::of(held.map(|(other, entry)| (&entry.files, if other == at { pair } else { &entry.pair }))).map(drop)
}

fn entries(files: Vec<Tls>, provider: &CryptoProvider) -> Result<Vec<Entry>, CertificateError> {
    let entry = |files: Tls| {
        let read = Stamp::of(&files);
        Ok(Entry { pair: Pair::read(&files, provider)?, files, read, coming: None })
    };
    files.into_iter().map(entry).collect()
}

/// The one crypto provider of the process.
fn provider() -> Arc<CryptoProvider> {
    // A second listener finds the provider installed; that is no error.
    let _ = ring::default_provider().install_default();
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::CertifiedKey as Made;
    use std::path::Path;

    /// Puts the files of a fresh certificate in the place of what is there, as renewal does: each at once.
    fn renew(folder: &Path, parts: &[&str]) {
        let Made { cert, signing_key } = rcgen::generate_simple_self_signed(["tv.test".to_owned()]).unwrap();
        for part in parts {
            let text = if *part == "cert" { cert.pem() } else { signing_key.serialize_pem() };
            std::fs::write(folder.join("new"), text).unwrap();
            std::fs::rename(folder.join("new"), folder.join(part)).unwrap();
        }
    }

    #[test]
    fn files_are_read_when_they_stay_as_they_are_and_broken_ones_once() {
        let folder = tempfile::tempdir().unwrap();
        renew(folder.path(), &["cert", "key"]);
        let files = Tls { place: "[http]".into(), cert: folder.path().join("cert"), key: folder.path().join("key") };
        let set = CertificateSet::read(vec![files]).unwrap();
        let shown = || set.shown.0.load().shown_to(Some("tv.test")).unwrap();
        let look = || {
            let Outcome { renewed, errors } = set.renew(Again::Changed);
            (renewed.len(), errors.len())
        };
        let first = shown();
        assert_eq!([look(), look()], [(0, 0); 2]);
        renew(folder.path(), &["cert"]);
        assert_eq!(look(), (0, 0), "its key may still come");
        renew(folder.path(), &["cert", "key"]);
        assert_eq!([look(), look(), look()], [(0, 0), (1, 0), (0, 0)]);
        let second = shown();
        assert_ne!(first.cert, second.cert);
        renew(folder.path(), &["key"]);
        assert_eq!([look(), look(), look(), look()], [(0, 0), (0, 1), (0, 0), (0, 0)]);
        std::fs::remove_file(folder.path().join("cert")).unwrap();
        assert_eq!([look(), look(), look()], [(0, 0), (0, 1), (0, 0)]);
        assert_eq!(second.cert, shown().cert);
        renew(folder.path(), &["cert", "key"]);
        assert_eq!([look(), look(), look()], [(0, 0), (1, 0), (0, 0)]);
        let Outcome { renewed, errors } = set.renew(Again::All);
        assert_eq!((renewed.len(), errors.len()), (0, 0), "read, and the same as before");
    }
}
