//! Who the node is: its name, where it is reached, and how much it has to do for the tenant.

use super::machine::{machine, told};
use crate::{Result, Work};
use host_core::caller::Scope;
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::settings::{SETTINGS, Settings};
use host_core::stream::StreamKind;
use serde_json::{Value, json};
use std::net::IpAddr;

/// Kinds of stream that are sent as they come.
const CHANNELS: [StreamKind; 3] = [StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio];

/// `{"id","name","domains","addresses","private_addresses","http_port","https_port","version","connections","lines",
/// "channels"}`: a port is 0 where nobody is reached on one, `lines` are those with a running connection, `channels` all
/// that there are.
///
/// # Errors
/// `not_permitted` for all but admins.
pub async fn about(work: &mut Work) -> Result<Value> {
    let addresses = machine(work)?.addresses().await.map_err(told)?;
    let (engine, tenant) = (work.engine().clone(), work.caller().tenant);
    // As this very action may have changed them.
    let settings = work.get::<Settings>(SETTINGS).await?;
    let running = engine.seats().connections(tenant, None).await?;
    let mut lines: Vec<_> = running.iter().map(|row| row.lease.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut channels = 0;
    for kind in CHANNELS {
        let filters = vec![Filter::StreamKinds(vec![kind])];
        let query = Query { filters, limit: 1, ..Query::all(Kind::Stream, Scope::Tenant) };
        channels += engine.store().list(work.database(), query).await?.total.unwrap_or_default();
    }
    let (private, public): (Vec<_>, Vec<_>) = addresses.into_iter().partition(is_private);
    let (http_port, https_port) = engine.ports_announced();
    Ok(json!({
        "id": 1,
        "name": settings.node_name,
        "domains": settings.domains,
        "addresses": public,
        "private_addresses": private,
        "http_port": http_port,
        "https_port": https_port,
        "version": env!("CARGO_PKG_VERSION"),
        "connections": running.len(),
        "lines": lines.len(),
        "channels": channels,
    }))
}

/// Whether an address is reached from its own network alone.
fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}
