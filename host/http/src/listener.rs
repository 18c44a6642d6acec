//! Sockets: plain and encrypted listeners with their limits, and how they end.
//! Refuses to know what is answered and how long a client is waited for; connections do.

use crate::config::{Listener, Patience, Tls};
use crate::connection::{Door, Greet};
use axum::Router;
use axum_server::Handle;
use axum_server::accept::DefaultAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// Bytes of a request's line and headers together.
const HEADER_BYTES: usize = 16 << 10;
/// Headers of a request.
const HEADERS: usize = 100;
/// Requests of one HTTP/2 connection at the same time.
const STREAMS: u32 = 100;

/// A listener that is bound and does not answer yet.
pub(crate) struct Bound {
    listener: std::net::TcpListener,
    address: SocketAddr,
    tls: Option<Certificate>,
    door: Arc<Door>,
    handle: Handle<SocketAddr>,
}

impl Bound {
    /// Binds it and reads its certificate.
    ///
    /// # Errors
    /// When the address is taken or not ours, or a PEM file cannot be read.
    pub(crate) async fn new(listener: &Listener) -> io::Result<Bound> {
        let socket = std::net::TcpListener::bind(listener.address)?;
        socket.set_nonblocking(true)?;
        let tls = match &listener.tls {
            Some(files) => Some(Certificate::read(files.clone()).await?),
            None => None,
        };
        let door = Door { tls: tls.is_some(), surfaces: listener.surfaces.clone() };
        Ok(Bound { address: socket.local_addr()?, listener: socket, tls, door: Arc::new(door), handle: Handle::new() })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The certificate, to be read again when its files change.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        self.tls.clone()
    }

    /// What ends it.
    pub(crate) fn handle(&self) -> Handle<SocketAddr> {
        self.handle.clone()
    }

    /// Answers until its handle ends it.
    pub(crate) async fn serve(self, router: Router, patience: Patience) -> io::Result<()> {
        let door = self.door;
        let server = axum_server::from_tcp(self.listener)?.handle(self.handle);
        match self.tls {
            Some(certificate) => {
                let inner = RustlsAcceptor::new(certificate.config).handshake_timeout(patience.head);
                let mut server = server.acceptor(Greet { inner, door, patience });
                limit(server.http_builder());
                server.serve(router.into_make_service()).await
            }
            None => {
                let mut server = server.acceptor(Greet { inner: DefaultAcceptor, door, patience });
                limit(server.http_builder());
                server.serve(router.into_make_service()).await
            }
        }
    }
}

/// The certificate of a listener, with the files it came from.
#[derive(Clone)]
pub(crate) struct Certificate {
    files: Tls,
    config: RustlsConfig,
}

impl Certificate {
    /// Reads it, with the one crypto provider of the process.
    async fn read(files: Tls) -> io::Result<Certificate> {
        // A second listener finds the provider installed; that is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match RustlsConfig::from_pem_file(&files.cert, &files.key).await {
            Ok(config) => Ok(Certificate { files, config }),
            Err(error) => Err(unusable(&files, &error)),
        }
    }

    /// Reads its files again; new connections get the new one. On an error the old one stays.
    pub(crate) async fn reload(&self) -> io::Result<()> {
        let (cert, key) = (&self.files.cert, &self.files.key);
        self.config.reload_from_pem_file(cert, key).await.map_err(|error| unusable(&self.files, &error))
    }
}

fn unusable(files: &Tls, error: &io::Error) -> io::Error {
    let (cert, key) = (files.cert.display(), files.key.display());
    io::Error::new(error.kind(), format!("the certificate {cert} with the key {key} cannot be used: {error}"))
}

/// Sizes and counts. How long a client may take is the connection's to know, which alone sees a
/// head begin; the library's own limit would count the time before it as well.
fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_headers(HEADERS).max_buf_size(HEADER_BYTES);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADER_BYTES as u32);
}
