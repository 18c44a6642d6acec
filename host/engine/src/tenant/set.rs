//! Sets quotas, hosts and settings of a tenant.

use super::create::{NOWHERE, claim_hosts};
use super::named;
use crate::{Engine, Result, Work, act, record};
use host_core::caller::Caller;
use host_core::refusal::Code;
use host_core::settings::SETTINGS;
use host_core::tenant::{Quotas, Tenant};
use host_core::{Refusal, name};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Fields that are kept with the tenant's row; every other one is a setting.
const HOSTS: &str = "hosts";

/// Sets the fields that are there: `hosts` (a list), the quotas `lines body_bytes
/// requests_per_second concurrent_calls`, and any setting. Returns the tenant with `settings`.
/// Settings are set first: when they are refused, nothing is set.
///
/// # Errors
/// `not_found`, `invalid_input`, `name_taken` for a host of another tenant.
pub async fn set(engine: &Arc<Engine>, request: &str, name: &str, fields: &Map<String, Value>) -> Result<Value> {
    let quotas = serde_json::to_value(Quotas::default()).unwrap_or_default();
    let (own, settings): (Map<_, _>, Map<_, _>) =
        fields.clone().into_iter().partition(|(field, _)| field == HOSTS || quotas.get(field).is_some());
    let Some(tenant) = engine.tenant_named(name).await? else {
        return Err(Refusal::new(Code::NotFound, format!("There is no tenant {name}.")).into());
    };
    if !settings.is_empty() {
        let run = engine.begin(Caller::system(tenant.id, request), "tenant set");
        act!(run, |work| record::edit(work, "settings", SETTINGS.0, &settings).await?);
    }
    let run = || engine.begin_control(Caller::system(NOWHERE, request), "tenant set");
    act!(run(), |work| {
        let before = named(work, name).await?;
        let after = merged(work, &before, &own).await?;
        work.update(&before, after);
    });
    Ok(act!(run(), |work| super::show(work, name).await?))
}

async fn merged(work: &mut Work, before: &Tenant, own: &Map<String, Value>) -> Result<Tenant> {
    let mut after = before.clone();
    let mut quotas = serde_json::to_value(before.quotas).unwrap_or_default();
    for (field, value) in own {
        let malformed = |error| Refusal::field(Code::InvalidInput, field.clone(), format!("{field}: {error}"));
        if field == HOSTS {
            let hosts: Vec<String> = serde_json::from_value(value.clone()).map_err(malformed)?;
            hosts.iter().try_for_each(|host| name::host(host))?;
            let fresh: Vec<String> = hosts.iter().filter(|host| !before.hosts.contains(host)).cloned().collect();
            claim_hosts(work, &fresh).await?;
            after.hosts = hosts;
        } else {
            quotas.as_object_mut().map(|quotas| quotas.insert(field.clone(), json!(value)));
            after.quotas = serde_json::from_value(quotas.clone()).map_err(malformed)?;
        }
    }
    Ok(after)
}
