//! `linecard plugin …`.

use super::candidates;
use super::context::{Context, typed};
use super::nearest::route_of;
use super::perform::{Needs, Perform, commands};
use super::value;
use crate::inspect;
use crate::shipped::SHIPPED;
use crate::view::{self, View};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

commands! {
    /// Install, grant and look into plugins.
    Plugin { List, Add, Remove, Grant, Revoke, Explain, Inspect, Settings, Logs, }
}

/// List a tenant's plugins with their state.
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for List {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let (runtime, tenant) = (&context.panel.runtime, context.tenant_id(&self.tenant).await?);
        runtime.refresh(tenant).await?;
        Ok(serde_json::to_value(runtime.health(tenant))?)
    }

    fn view(&self) -> View {
        view::plugins
    }
}

/// Install a plugin file for a tenant; it waits for its grant.
#[derive(Args, Serialize, Deserialize)]
pub struct Add {
    /// The packed `.wasm` file.
    #[arg(value_parser = value::file())]
    pub file: PathBuf,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Add {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let bytes = tokio::fs::read(&self.file).await;
        let bytes = bytes.with_context(|| format!("{} cannot be read", self.file.display()))?;
        Ok(serde_json::to_value(context.panel.runtime.install(caller, bytes.into()).await?)?)
    }
}

/// Take a plugin out.
#[derive(Args, Serialize, Deserialize)]
pub struct Remove {
    /// Its name.
    pub name: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Remove {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        is_foreign(&self.name)?;
        let caller = context.caller(&self.tenant).await?;
        context.panel.runtime.remove(caller, &self.name).await?;
        Ok(json!({ "name": self.name, "removed": true }))
    }
}

/// Give a plugin what it asks for, or only what is named of it.
///
/// A version that came through the drop folder is granted as a whole only by its digest, so that
/// what you have looked at is what you grant. Pages that run in a browser, `html:SURFACE`, are
/// granted by name alone.
#[derive(Args, Serialize, Deserialize)]
pub struct Grant {
    /// Its name.
    pub name: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The version that is meant: its digest as `plugin list` shows it, or how it begins.
    #[arg(long, value_name = "HEX")]
    pub digest: Option<String>,
    /// `linecard:lines/lines.sell`, `records:stream:read`, `route:player/account`,
    /// `mount:/x/welcome/hello` or `budget:job`; none grants all it asks for.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
}

impl Perform for Grant {
    /// The value is what is granted now.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        is_foreign(&self.name)?;
        let caller = context.caller(&self.tenant).await?;
        let granted = context.panel.runtime.grant(caller, &self.name, &self.what, self.digest.as_deref()).await?;
        Ok(serde_json::to_value(granted)?)
    }
}

/// Take granted functions or limits back; none takes all.
#[derive(Args, Serialize, Deserialize)]
pub struct Revoke {
    /// Its name.
    pub name: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// What to take back, written as for `grant`.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
}

impl Perform for Revoke {
    /// The value is what is granted now.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        is_foreign(&self.name)?;
        let caller = context.caller(&self.tenant).await?;
        Ok(serde_json::to_value(context.panel.runtime.revoke(caller, &self.name, &self.what).await?)?)
    }
}

/// Print which plugin answers an action, with version and grant.
#[derive(Args, Serialize, Deserialize)]
pub struct Explain {
    /// `reseller/create_line`.
    #[arg(value_name = "SURFACE/ACTION", value_parser = value::action, add = candidates::actions())]
    pub action: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Explain {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let snapshot = context.panel.runtime.refresh(context.tenant_id(&self.tenant).await?).await?;
        let action = &route_of(&snapshot, &self.action)?.action;
        Ok(serde_json::to_value(snapshot.explain(&action.surface, &action.name))?)
    }

    fn view(&self) -> View {
        view::explained
    }
}

/// Print what a plugin file describes and asks for, without loading it.
#[derive(Args, Serialize, Deserialize)]
pub struct Inspect {
    /// The packed `.wasm` file, or the name of a shipped plugin.
    pub file: PathBuf,
}

impl Perform for Inspect {
    async fn perform(&self, _: &Context) -> anyhow::Result<Value> {
        inspect::describe(&self.file)
    }

    fn view(&self) -> View {
        view::inspected
    }
}

/// Print a tenant's settings for a plugin, or set some: `greeting=Hello`, `greeting=null` to unset.
///
/// A value is JSON where it reads as JSON, otherwise text. The plugin gets all of them with each
/// call; which there are, its author says. Do not put secrets there: the audit shows them.
#[derive(Args, Serialize, Deserialize)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// What to set; none prints what is set.
    #[arg(value_name = "KEY=VALUE", value_parser = value::pair)]
    pub values: Vec<(String, String)>,
}

impl Perform for Settings {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let (runtime, caller) = (&context.panel.runtime, context.caller(&self.tenant).await?);
        if self.values.is_empty() {
            return Ok(runtime.settings(caller.tenant, &self.name).await?.into());
        }
        let change: Map<_, _> = self.values.iter().map(|(key, text)| (key.clone(), typed(text))).collect();
        Ok(runtime.set_settings(caller, &self.name, &change).await?.into())
    }
}

/// Print the last log lines of a plugin in a running panel.
#[derive(Args, Serialize, Deserialize)]
pub struct Logs {
    /// Its name.
    pub name: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Logs {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenant = context.tenant_id(&self.tenant).await?;
        let lines = context.panel.runtime.logs(tenant, &self.name).into_iter().map(|line| {
            let level = format!("{:?}", line.level).to_lowercase();
            json!({ "at": line.at, "level": level, "request": line.request, "message": line.message })
        });
        Ok(lines.collect())
    }

    fn needs(&self) -> Needs {
        Needs::RunningPanel("a plugin's log")
    }

    fn view(&self) -> View {
        view::plugin_logs
    }
}

/// Refuses what can be done only to plugins that an operator brought.
fn is_foreign(name: &str) -> anyhow::Result<()> {
    let shipped = SHIPPED.iter().any(|plugin| plugin.name == name);
    ensure!(!shipped, "{name} is a shipped plugin: it cannot be removed, and always has what its manifest asks for");
    Ok(())
}
