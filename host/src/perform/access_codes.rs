//! `linecard access-code …`.

use super::names::caller;
use crate::panel::Panel;
use anyhow::ensure;
use host_core::access_code::AccessCode;
use host_engine::{Work, access_code};
use ipnet::IpNet;
use serde_json::{Value, json};

/// What stands for the code in a mount's path.
const VARIABLE: &str = "/{code}/";

/// Makes a code for a surface that is opened by one.
pub(super) async fn create(
    panel: &Panel,
    tenant: &str,
    surface: &str,
    code: Option<&str>,
    addresses: &[IpNet],
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let id = caller.tenant;
    let snapshot = panel.runtime.refresh(id).await?;
    let opened = snapshot.surfaces().iter().map(|entry| &entry.surface);
    let opened = opened.filter(|surface| surface.mounts.iter().any(|mount| mount.path.starts_with(VARIABLE)));
    let known: Vec<_> = opened.map(|surface| surface.name.as_str()).collect();
    ensure!(known.contains(&surface), "no access code opens a surface {surface}; there are {}", known.join(", "));
    let verb = async |work: &mut Work| access_code::create(work, id, surface, code, addresses.to_vec()).await;
    let made = panel.engine.act_control(caller, "access code create", verb).await?;
    Ok(row(&made))
}

/// The codes of a tenant.
pub(super) async fn list(panel: &Panel, tenant: &str) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let id = caller.tenant;
    let verb = async |work: &mut Work| access_code::list(work, id).await;
    let codes = panel.engine.act_control(caller, "access code list", verb).await?;
    Ok(codes.iter().map(row).collect())
}

/// Says where callers must come from; none allows all.
pub(super) async fn set_addresses(
    panel: &Panel,
    tenant: &str,
    code: &str,
    addresses: &[IpNet],
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let id = caller.tenant;
    let verb = async |work: &mut Work| access_code::set_addresses(work, id, code, addresses.to_vec()).await;
    Ok(row(&panel.engine.act_control(caller, "access code set", verb).await?))
}

/// Opens or closes it.
pub(super) async fn set_enabled(panel: &Panel, tenant: &str, code: &str, enabled: bool) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let id = caller.tenant;
    let action = if enabled { "access code enable" } else { "access code disable" };
    let verb = async |work: &mut Work| access_code::set_enabled(work, id, code, enabled).await;
    Ok(row(&panel.engine.act_control(caller, action, verb).await?))
}

fn row(code: &AccessCode) -> Value {
    json!({ "code": code.code, "surface": code.surface, "enabled": code.enabled, "from": code.allowed_addresses })
}
