//! `linecard tenant …`.

use super::context::{Context, REQUEST, typed};
use super::perform::{Needs, Perform, commands};
use super::value;
use clap::Args;
use host_core::TenantId;
use host_core::caller::Caller;
use host_engine::{Work, tenant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

commands! {
    /// Create and manage tenants: each is one isolated panel.
    Tenant { Create, List, Show, Set, Suspend, Resume, Delete, }
}

/// Create a tenant with an admin, an API key and access codes; the secrets are shown this once.
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// 1 to 63 of a-z, 0-9 and inner -.
    pub name: String,
    /// A host name that it answers to; may be repeated. The only tenant answers to any.
    #[arg(long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,
}

impl Perform for Create {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let view = tenant::create(context.engine(), REQUEST, &self.name, &self.hosts).await?;
        refresh(context, &self.name).await?;
        Ok(view)
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
    }
}

/// List all tenants.
#[derive(Args, Serialize, Deserialize)]
pub struct List {}

impl Perform for List {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let rows = context.engine().tenants().await?.into_iter().map(|tenant| {
            json!({ "id": tenant.id, "name": tenant.name, "hosts": tenant.hosts, "suspended": tenant.suspended,
                "lines": tenant.quotas.lines })
        });
        Ok(rows.collect())
    }
}

/// Show a tenant with its settings and quotas.
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// Its name.
    pub name: String,
}

impl Perform for Show {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let verb = async |work: &mut Work| tenant::show(work, &self.name).await;
        Ok(context.engine().act_control(Caller::system(TenantId(0), REQUEST), "tenant show", verb).await?)
    }
}

/// Set quotas and settings: `timezone=Europe/Vienna lines=5000`.
#[derive(Args, Serialize, Deserialize)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// What to set.
    #[arg(required = true, value_name = "KEY=VALUE", value_parser = value::pair)]
    pub values: Vec<(String, String)>,
}

impl Perform for Set {
    /// A value is JSON where it reads as JSON, otherwise text; `hosts` is a comma list.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let mut fields = Map::new();
        for (key, text) in &self.values {
            let value = match key.as_str() {
                "hosts" => text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(Value::from).collect(),
                _ => typed(text),
            };
            fields.insert(key.clone(), value);
        }
        let view = tenant::set(context.engine(), REQUEST, &self.name, &fields).await?;
        refresh(context, &self.name).await?;
        Ok(view)
    }
}

/// Answer nothing for a tenant until it is resumed.
#[derive(Args, Serialize, Deserialize)]
pub struct Suspend {
    /// Its name.
    pub name: String,
}

impl Perform for Suspend {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenant = tenant::suspend(context.engine(), REQUEST, &self.name).await?;
        Ok(json!({ "name": tenant.name, "suspended": tenant.suspended }))
    }
}

/// Answer for a suspended tenant again.
#[derive(Args, Serialize, Deserialize)]
pub struct Resume {
    /// Its name.
    pub name: String,
}

impl Perform for Resume {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenant = tenant::resume(context.engine(), REQUEST, &self.name).await?;
        Ok(json!({ "name": tenant.name, "suspended": tenant.suspended }))
    }
}

/// Delete a tenant and its directory, for good.
#[derive(Args, Serialize, Deserialize)]
pub struct Delete {
    /// Its name.
    pub name: String,
    /// The name once more, so that no one is deleted by a slip.
    #[arg(long, value_name = "NAME")]
    pub confirm: String,
}

impl Perform for Delete {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenant = tenant::delete(context.engine(), REQUEST, &self.name).await?;
        context.panel.runtime.forget(tenant.id)?;
        Ok(json!({ "name": tenant.name, "deleted": true }))
    }

    fn mistake(&self) -> Option<String> {
        let Delete { name, confirm } = self;
        (name != confirm).then(|| format!("--confirm {name} is needed: the tenant and its directory go for good"))
    }
}

/// Brings the plugins of a tenant to what was changed of it.
async fn refresh(context: &Context, name: &str) -> anyhow::Result<()> {
    if let Some(tenant) = context.engine().tenant_named(name).await? {
        context.panel.runtime.refresh(tenant.id).await?;
    }
    Ok(())
}
