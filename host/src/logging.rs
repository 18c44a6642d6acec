//! Where log lines go: standard error, for people or as JSON lines.

use crate::config::Log;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Installs the subscriber. A second call in one process (tests) changes nothing.
pub(crate) fn install(log: &Log) -> anyhow::Result<()> {
    let chosen = std::env::var("LINECARD_LOG").ok().or_else(|| log.filter.clone());
    let filter = EnvFilter::try_new(chosen.as_deref().unwrap_or("info"))
        .map_err(|error| anyhow::anyhow!("the log filter is not right: {error}; try `info` or `host_http=debug`"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    let _ = if log.json { builder.json().finish().try_init() } else { builder.compact().finish().try_init() };
    Ok(())
}
