//! The certificate of an encrypted listener, with the files it came from.

use crate::config::Tls;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsAcceptor;

/// Protocols in the order in which we like them.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate that can be read again while connections use it.
#[derive(Clone)]
pub(crate) struct Certificate {
    files: Arc<Tls>,
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Certificate {
    /// Reads it, with the one crypto provider of the process.
    ///
    /// # Errors
    /// When a file cannot be read, is no PEM, or certificate and key do not belong together.
    pub(crate) async fn read(files: Tls) -> io::Result<Certificate> {
        // A second listener finds the provider installed; that is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let files = Arc::new(files);
        let current = Arc::new(ArcSwap::from_pointee(config(&files).await?));
        Ok(Certificate { files, current })
    }

    /// Reads its files again; new connections get the new one. On an error the old one stays.
    ///
    /// # Errors
    /// As [`Certificate::read`].
    pub(crate) async fn reload(&self) -> io::Result<()> {
        self.current.store(Arc::new(config(&self.files).await?));
        Ok(())
    }

    /// What shakes hands with it.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

async fn config(files: &Arc<Tls>) -> io::Result<ServerConfig> {
    let read = Arc::clone(files);
    let config = spawn_blocking(move || from_files(&read)).await.map_err(io::Error::other)?;
    config.map_err(|reason| {
        let (cert, key) = (files.cert.display(), files.key.display());
        io::Error::other(format!("the certificate {cert} with the key {key} cannot be used: {reason}"))
    })
}

fn from_files(files: &Tls) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let chain = CertificateDer::pem_file_iter(&files.cert)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&files.key)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    Ok(config)
}
