//! Reads and changes a tenant's settings of a plugin.

use crate::Runtime;
use crate::load_error::LoadError;
use crate::loaded::LoadedPlugin;
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::grant::Grant;
use host_core::plugin::PluginSource;
use host_core::refusal::{Code, Refusal};
use host_engine::Work;
use host_engine::plugin::{self, Added};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Longest settings of one plugin in bytes of JSON: they are copied into every call.
const LONGEST: usize = 16 << 10;

impl Runtime {
    /// A tenant's settings of a plugin that it has.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin.
    pub async fn settings(&self, tenant: TenantId, name: &str) -> Result<Map<String, Value>, LoadError> {
        match self.row(tenant, name).await? {
            Some(row) => Ok(object(row.settings)),
            None if self.is_shipped(name) => Ok(Map::new()),
            None => Err(LoadError::Engine(Refusal::not_found("plugin").into())),
        }
    }

    /// Sets some of the settings of a plugin in the caller's tenant, `null` unsets; calls from
    /// now on carry them, and bodies that were kept under the old ones are not answered any more.
    /// Returns all that is set.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin, `invalid_input` for too many of them.
    pub async fn set_settings(
        self: &Arc<Runtime>,
        caller: Caller,
        name: &str,
        change: &Map<String, Value>,
    ) -> Result<Map<String, Value>, LoadError> {
        let tenant = caller.tenant;
        let shipped = self.shipped.iter().find(|loaded| loaded.manifest.name == name);
        let set = async |work: &mut Work| {
            let known = plugin::installed(work, tenant).await?.into_iter().any(|row| row.name == name);
            if let Some(shipped) = shipped.filter(|_| !known) {
                plugin::add(work, as_row(tenant, shipped)).await?;
            }
            let before = plugin::find(work, tenant, name).await?.settings;
            plugin::set_settings(work, tenant, name, changed(before, change)?).await
        };
        let row = self.engine.act_control(caller, "plugin settings", set).await?;
        self.refresh(tenant).await?;
        Ok(object(row.settings))
    }
}

/// The row of a shipped plugin: a tenant has none until it sets something.
fn as_row(tenant: TenantId, shipped: &LoadedPlugin) -> Added {
    Added {
        tenant,
        name: shipped.manifest.name.clone(),
        plugin_version: shipped.manifest.version.clone(),
        digest: shipped.digest_hex(),
        source: PluginSource::Shipped,
        granted: Grant::default(),
        dropped: false,
    }
}

fn changed(before: Value, change: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut settings = object(before);
    for (key, value) in change {
        match value {
            Value::Null => settings.remove(key),
            value => settings.insert(key.clone(), value.clone()),
        };
    }
    let settings = Value::Object(settings);
    if settings.to_string().len() > LONGEST {
        let message = format!("The settings of a plugin have at most {LONGEST} bytes; unset or shorten some.");
        return Err(Refusal::field(Code::InvalidInput, "settings", message));
    }
    Ok(settings)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
