//! nginx with `sendfile`: what sending bytes costs at least.

use crate::children::Server;
use crate::load::Ask;
use anyhow::Context;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Starts nginx over a folder; its own files go there too.
///
/// # Errors
/// When nginx is not installed (Debian: `nginx-light`) or does not start.
pub(crate) fn start(folder: &Path) -> anyhow::Result<Server> {
    serving(folder, "")
}

/// Likewise, with further locations, in the words of its configuration.
///
/// # Errors
/// As [`start`].
pub(crate) fn serving(folder: &Path, locations: &str) -> anyhow::Result<Server> {
    // Freed again at once: nginx cannot say which port it got.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let config = folder.join("nginx.conf");
    std::fs::write(&config, text(folder, address, locations))?;
    let child = Command::new("nginx")
        .args(["-e", "stderr", "-c"])
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .context("nginx does not start; install it (Debian: nginx-light)")?;
    let server = Server::of(child, address);
    for _ in 0..100 {
        if Ask::get(address, "/nginx.conf", &[]).once().is_ok() {
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("nginx does not answer at {address}")
}

fn text(folder: &Path, address: SocketAddr, locations: &str) -> String {
    let folder = folder.display();
    // As root its workers would become another user, who cannot enter a private folder.
    format!(
        "user root; daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr warn;\n\
         events {{ worker_connections 256; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; types {{ }}\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n\
         uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
         server {{ listen {address}; root {folder}; {locations} }} }}\n"
    )
}
