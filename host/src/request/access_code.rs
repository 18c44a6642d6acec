//! `linecard access-code …`.

use super::context::Context;
use super::perform::{Perform, commands};
use super::value;
use anyhow::ensure;
use clap::Args;
use host_engine::{Work, access_code};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

commands! {
    /// Create, list and change access codes: the first path segments that open a panel surface.
    AccessCode { Create, List, Set, Disable, Enable, }
}

/// What stands for the code in a mount's path.
const VARIABLE: &str = "/{code}/";

/// Make one more code for a surface.
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The surface that it opens: `admin`, `reseller`, or one that a plugin brings.
    #[arg(long)]
    pub surface: String,
    /// The code itself, 8 to 64 characters of `A-Za-z0-9_-`; default a random one.
    #[arg(long)]
    pub code: Option<String>,
    /// An address or network (192.0.2.0/24) that callers must come from; may be repeated.
    #[arg(long, value_name = "NET", value_parser = value::network)]
    pub from: Vec<IpNet>,
}

impl Perform for Create {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let Create { tenant, surface, code, from } = self;
        let caller = context.caller(tenant).await?;
        let id = caller.tenant;
        let snapshot = context.panel.runtime.refresh(id).await?;
        let opened = snapshot.surfaces().iter().map(|entry| &entry.surface);
        let opened = opened.filter(|surface| surface.mounts.iter().any(|mount| mount.path.starts_with(VARIABLE)));
        let known: Vec<_> = opened.map(|surface| surface.name.as_str()).collect();
        ensure!(
            known.contains(&surface.as_str()),
            "no access code opens a surface {surface}; there are {}",
            known.join(", ")
        );
        let verb = async |work: &mut Work| access_code::create(work, id, surface, code.as_deref(), from.clone()).await;
        Ok(row(&context.engine().act_control(caller, "access code create", verb).await?))
    }
}

/// List the codes of a tenant.
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for List {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let id = caller.tenant;
        let verb = async |work: &mut Work| access_code::list(work, id).await;
        let codes = context.engine().act_control(caller, "access code list", verb).await?;
        Ok(codes.iter().map(row).collect())
    }
}

/// Say where callers of a code must come from; from elsewhere it is like an unknown path.
#[derive(Args, Serialize, Deserialize)]
pub struct Set {
    /// The code.
    pub code: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// An address or network (192.0.2.0/24); may be repeated, and replaces what was set.
    #[arg(long, value_name = "NET", value_parser = value::network, required_unless_present = "anywhere")]
    pub from: Vec<IpNet>,
    /// From everywhere.
    #[arg(long, conflicts_with = "from")]
    pub anywhere: bool,
}

impl Perform for Set {
    /// `--anywhere` comes without networks, and no network means all.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let id = caller.tenant;
        let verb = async |work: &mut Work| access_code::set_addresses(work, id, &self.code, self.from.clone()).await;
        Ok(row(&context.engine().act_control(caller, "access code set", verb).await?))
    }
}

/// Close a code until it is enabled: it is then like an unknown path.
#[derive(Args, Serialize, Deserialize)]
pub struct Disable {
    /// The code.
    pub code: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Disable {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        set_enabled(context, "access code disable", &self.tenant, &self.code, false).await
    }
}

/// Open a disabled code again.
#[derive(Args, Serialize, Deserialize)]
pub struct Enable {
    /// The code.
    pub code: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Enable {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        set_enabled(context, "access code enable", &self.tenant, &self.code, true).await
    }
}

async fn set_enabled(
    context: &Context,
    action: &str,
    tenant: &str,
    code: &str,
    enabled: bool,
) -> anyhow::Result<Value> {
    let caller = context.caller(tenant).await?;
    let id = caller.tenant;
    let verb = async |work: &mut Work| access_code::set_enabled(work, id, code, enabled).await;
    Ok(row(&context.engine().act_control(caller, action, verb).await?))
}

fn row(code: &host_core::access_code::AccessCode) -> Value {
    json!({ "code": code.code, "surface": code.surface, "enabled": code.enabled, "from": code.allowed_addresses })
}
