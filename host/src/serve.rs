//! `linecard serve`: opens the panel, listens, takes new certificates, and ends in order when it
//! is asked to.

use crate::cli::Serve;
use crate::config::{Config, ProxyProtocol};
use crate::control::server as control;
use crate::panel::{Panel, socket};
use crate::signals::asked_to_end;
use crate::{descriptors, logging, shipped};
use anyhow::Context;
use host_http::{Certificates, Listener, Server, Sockets};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs until SIGTERM or SIGINT; a second one ends at once.
pub(crate) async fn run(args: Serve, config: Config, data: &Path) -> anyhow::Result<()> {
    logging::install(&config.log)?;
    descriptors::raise();
    let panel = Panel::open(data, config)?;
    let server = bind(&panel, args.listen, Some(args.management), args.insecure_panel).await?;
    let socket = socket(data);
    let commands = tokio::spawn(control::serve(control::bind(&socket)?, panel.clone()));
    let hung_up = signal(SignalKind::hangup()).context("SIGHUP cannot be watched")?;
    let renewal = tokio::spawn(renew(server.certificates(), hung_up));
    // Kept until the end: dropping it ends the watch.
    let _watching = panel.runtime.watch().context("the drop folders cannot be watched")?;
    if let Some(address) = server.management_address() {
        tracing::info!(%address, "health and metrics");
    }
    for address in server.addresses() {
        tracing::info!(%address, "listening");
    }
    server.serve(asked_to_end()).await;
    commands.abort();
    renewal.abort();
    let _ = std::fs::remove_file(&socket);
    panel.close().await;
    tracing::info!("ended in order");
    Ok(())
}

/// Loads the tenants' plugins and binds all listeners of the configuration.
pub async fn bind(
    panel: &Arc<Panel>,
    listen: SocketAddr,
    management: Option<SocketAddr>,
    insecure_panel: bool,
) -> anyhow::Result<Server> {
    panel.runtime.start().await?;
    panel.engine.wake_outbox().await?;
    let config = &panel.config;
    let mut listeners = vec![Listener {
        address: listen,
        tls: config.http.tls(),
        surfaces: Vec::new(),
        proxy_protocol: config.http.proxy_protocol == ProxyProtocol::Required,
    }];
    listeners.extend(config.listeners.iter().map(|listener| Listener {
        address: listener.address,
        tls: listener.tls(),
        surfaces: listener.surfaces.clone(),
        proxy_protocol: listener.proxy_protocol == ProxyProtocol::Required,
    }));
    tell_of_strange_surfaces(panel).await?;
    let metrics = crate::metrics::install(panel)?;
    let config = host_http::Config {
        listeners,
        management,
        public_url: config.http.public_url.clone(),
        trusted_proxies: config.http.trusted_proxies.clone(),
        exempt: config.limits.exempt.clone(),
        sockets: Sockets {
            total: config.limits.connections,
            per_address: config.limits.connections_per_address,
            descriptors: descriptors::current(),
        },
        insecure_panel,
        drain: None,
        metrics: Some(metrics),
    };
    let (engine, runtime, media) = (panel.engine.clone(), panel.runtime.clone(), panel.media.clone());
    let server = Server::bind(config, engine, runtime, media).await.context("the panel cannot listen")?;
    panel.machine.shows(server.certificates());
    Ok(server)
}

/// Says which surfaces of listeners no plugin has now: a slip, or a plugin that is yet to come.
async fn tell_of_strange_surfaces(panel: &Panel) -> anyhow::Result<()> {
    let named = || panel.config.listeners.iter().flat_map(|l| l.surfaces.iter().map(move |name| (l.address, name)));
    if named().next().is_none() {
        return Ok(());
    }
    let mut known = shipped::surfaces()?;
    for tenant in panel.engine.tenants().await? {
        known.extend(panel.runtime.snapshot(tenant.id).surfaces().iter().map(|entry| entry.surface.name.clone()));
    }
    for (listener, surface) in named().filter(|(_, surface)| !known.contains(surface)) {
        tracing::warn!(%listener, surface, "a listener is for a surface that no plugin has");
    }
    Ok(())
}

/// Reads the certificates again at every SIGHUP; the server itself does so when their files change.
async fn renew(certificates: Certificates, mut hung_up: Signal) {
    while hung_up.recv().await.is_some() {
        match certificates.reload().await {
            Ok(()) => tracing::info!("the certificates were read again"),
            Err(error) => tracing::warn!(%error, "the old certificate stays; correct the files and send SIGHUP again"),
        }
    }
}
