//! `linecard why`.

use super::names::caller;
use crate::panel::Panel;
use host_core::line::Line;
use host_core::object::{Key, Stored};
use host_core::plan::Place;
use host_core::{LineId, caller::Scope};
use host_engine::Work;
use serde_json::Value;
use std::net::IpAddr;

/// The checks of a start by this line, given by user name or id, and its last refusals.
pub(super) async fn why(panel: &Panel, tenant: &str, line: &str, address: Option<IpAddr>) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let mut username = line.to_owned();
    if let Ok(id) = line.parse::<LineId>() {
        let place = Place::Tenant(caller.tenant);
        let found = panel.engine.store().get(place, Scope::Tenant, Key::Line(id)).await?;
        if let Some(line) = found.and_then(<Line as Stored>::from_object) {
            username = line.username;
        }
    }
    let engine = &panel.engine;
    Ok(engine
        .act(caller, "why", async |work: &mut Work| host_engine::connection::why(work, &username, address).await)
        .await?)
}
