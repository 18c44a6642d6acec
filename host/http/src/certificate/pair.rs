//! One certificate with its key, as two PEM files hold them: what is read, for which names it is, and
//! whether the files are still the same.

use super::error::CertificateError;
use crate::config::Tls;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

/// A certificate chain with its key.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// What is shown to clients and signed with.
    pub(super) key: Arc<CertifiedKey>,
    /// The host names that it is for, in lower case; `*.example.org` is for all names one label longer.
    pub(super) names: BTreeSet<String>,
}

impl Pair {
    /// Reads both files.
    ///
    /// # Errors
    /// When one cannot be read or does not hold what it should, or they do not belong together.
    pub(super) fn read(files: &Tls, provider: &CryptoProvider) -> Result<Pair, CertificateError> {
        let bad_cert = |reason: String| files.unusable("tls_cert", &files.cert, reason);
        let chain = CertificateDer::pem_file_iter(&files.cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| bad_cert(said(error, "certificate")))?;
        let leaf = chain.first().ok_or_else(|| bad_cert(said(pem::Error::NoItemsFound, "certificate")))?;
        let names = names(leaf).map_err(|error| bad_cert(format!("its first certificate is none: {error}")))?;
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| files.unusable("tls_key", &files.key, said(error, "private key")))?;
        match CertifiedKey::from_der(chain, key, provider) {
            Ok(key) => Ok(Pair { key: Arc::new(key), names }),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(CertificateError::Stranger {
                place: files.place.clone(),
                cert: files.cert.clone(),
                key: files.key.clone(),
            }),
            Err(error) => Err(files.unusable("tls_key", &files.key, error.to_string())),
        }
    }

    /// Whether clients see the same certificates.
    pub(super) fn looks_like(&self, other: &Pair) -> bool {
        self.key.cert == other.key.cert
    }
}

impl Tls {
    fn unusable(&self, field: &'static str, file: &Path, reason: String) -> CertificateError {
        CertificateError::File { place: self.place.clone(), field, file: file.to_owned(), reason }
    }
}

/// The host names in a certificate. Which of them a client may rely on is the client's to check.
fn names(certificate: &CertificateDer<'_>) -> Result<BTreeSet<String>, webpki::Error> {
    let certificate = webpki::EndEntityCert::try_from(certificate)?;
    Ok(certificate.valid_dns_names().map(str::to_ascii_lowercase).collect())
}

/// What is wrong with a PEM file, without a line of it: one of them may hold a key.
fn said(error: pem::Error, wanted: &str) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => format!("there is no {wanted} in PEM form in it"),
        _ => "it is no PEM file, or a damaged one".to_owned(),
    }
}

/// What tells a file that was written again, replaced, or made readable from the one of before. None is
/// a file that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp([Option<[i128; 5]>; 2]);

impl Stamp {
    /// Of both files, behind whatever links lead to them.
    pub(super) fn of(files: &Tls) -> Stamp {
        Stamp([&files.cert, &files.key].map(|path| {
            let seen = std::fs::metadata(path).ok()?;
            let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
            let (written, changed) = (time(seen.mtime(), seen.mtime_nsec()), time(seen.ctime(), seen.ctime_nsec()));
            Some([seen.dev().into(), seen.ino().into(), seen.size().into(), written, changed])
        }))
    }
}
