//! Why certificates cannot be used: which field of the configuration, which file, and what is wrong with it.

use std::path::PathBuf;

/// Why certificates cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file that cannot be read, or does not hold what it should.
    #[error("{place} {field}: {} cannot be used: {reason}", file.display())]
    File {
        /// The part of the configuration that names it.
        place: String,
        /// `tls_cert` or `tls_key`.
        field: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A key that belongs to another certificate.
    #[error("{place} tls_key: {} is not the key of the certificate in {}", key.display(), cert.display())]
    Stranger {
        /// The part of the configuration that names them.
        place: String,
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// A certificate beside the first one that nobody can ask for.
    #[error(
        "{place} tls_cert: the certificate in {} names no host (subject alternative names), so no client could ever \
         get it",
        cert.display()
    )]
    Nameless {
        /// The part of the configuration that names it.
        place: String,
        /// The certificate's file.
        cert: PathBuf,
    },
    /// Two certificates for one name.
    #[error(
        "{place} tls_cert: the certificate in {} is for {name}, and so is the one in {} ({other_place} tls_cert); \
         leave one of them out",
        cert.display(),
        other.display()
    )]
    SameName {
        /// The name.
        name: String,
        /// The part of the configuration that names the later one.
        place: String,
        /// The later one's file.
        cert: PathBuf,
        /// The part of the configuration that names the earlier one.
        other_place: String,
        /// The earlier one's file.
        other: PathBuf,
    },
}
