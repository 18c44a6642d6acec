//! `linecard why`.

use super::names::caller;
use crate::panel::Panel;
use host_engine::Work;
use serde_json::Value;
use std::net::IpAddr;

/// The checks of a start by this line, given by user name or id, and its last refusals.
pub(super) async fn why(panel: &Panel, tenant: &str, line: &str, address: Option<IpAddr>) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let verb = async |work: &mut Work| host_engine::connection::why(work, line, address).await;
    Ok(panel.engine.act(caller, "why", verb).await?)
}
