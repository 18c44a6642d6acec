//! `linecard call`: an action asked for as a user of the tenant would ask for it over HTTP, through the same checks, the
//! same guest and the same commit.

use super::candidates;
use super::context::{Context, REQUEST};
use super::nearest::{not_taken, route_of};
use super::perform::Perform;
use super::value::{self, Given};
use crate::view::{self, View};
use anyhow::{anyhow, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use host_core::action::{Action, Parameter, Part, Sent, Surface, unknown};
use host_core::caller::{Caller, CallerRole};
use host_core::user::User;
use host_http::MAX_BODY;
use host_runtime::{Asked, CallError, Prepared, Reply, Route};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// Ask for an action of a plugin, as a user of the tenant would: `call reseller/create_line package=1 trial=0`.
///
/// What the action refuses to that user is refused here too, and what it writes is committed whole or not at all.
/// `plugin explain SURFACE/ACTION` says which parameters there are.
///
/// A value on a command line is seen by everybody who can list this machine's processes. Passwords and keys are better
/// read from elsewhere: `password=@FILE` reads a file, `password=-` standard input (a line break at the end is left
/// out). A value that begins with @ itself is written with two: `note=@@home`.
#[derive(Args, Serialize, Deserialize)]
pub struct Call {
    /// `reseller/create_line`.
    #[arg(value_name = "SURFACE/ACTION", value_parser = value::action, add = candidates::actions())]
    pub action: String,
    /// A parameter: `username=anna`, `user_data[notes]=…`, `password=@FILE`, `password=-`.
    #[arg(value_name = "KEY=VALUE", value_parser = value::given, add = candidates::parameters())]
    pub values: Vec<(String, Given)>,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The user to ask as, with their rights and no others; by default the tenant's first admin.
    #[arg(long = "as", value_name = "USERNAME")]
    pub user: Option<String>,
    /// Print the reply and the plan of what would be changed, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Get the first answer again when this is repeated, instead of doing it twice.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

impl Perform for Call {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenant = context.tenant(&self.tenant).await?;
        let snapshot = context.panel.runtime.refresh(tenant.id).await?;
        let route = route_of(&snapshot, &self.action)?;
        let entry = snapshot.surface(&route.action.surface).ok_or_else(|| anyhow!("{} has no surface", self.action))?;
        let (user, caller) = context.engine().act_as(tenant.id, self.user.as_deref(), request_id(context)).await?;
        is_for_users(route, &user, &caller)?;
        let sent = self.sent(&entry.surface, &route.action)?;
        let unknown = unknown(&entry.surface, &route.action, caller.role(), &sent);
        if !unknown.is_empty() {
            return Err(not_taken(&route.action, caller.role(), &unknown));
        }
        let public_url = context.panel.config.http.public_url.as_deref();
        let Prepared { call, limit, .. } = route.prepare(Asked {
            surface: &entry.surface,
            sent: &sent,
            caller,
            line: None,
            password: None,
            is_compatible: false,
            name: None,
            request: host_http::facts_of_a_command(context.engine(), &tenant, public_url),
            dry_run: self.dry_run.then_some("1"),
            idempotency: self.idempotency_key.iter().map(Cow::from).collect(),
            body: Default::default(),
        })?;
        match context.panel.runtime.call(&snapshot, route, call).await {
            Ok(reply) => Ok(told(&route.action, &user, reply, limit)),
            Err(CallError::Fault { incident }) => {
                let plugin = &route.plugin.manifest.name;
                bail!(
                    "the plugin {plugin} failed, and nothing was changed; `linecard plugin logs {plugin} --tenant {}` \
                     says more, where the panel runs (incident {incident})",
                    self.tenant
                )
            }
            Err(error) => Err(error.into()),
        }
    }

    fn mistake(&self) -> Option<String> {
        let read = self.values.iter().filter(|(_, given)| *given == Given::Input).count();
        (read > 1).then(|| "standard input can be read once: one KEY=- at most".to_owned())
    }

    /// The values that stand in files or come by standard input, which a running panel cannot read.
    fn gather(&mut self) -> anyhow::Result<()> {
        for (name, given) in &mut self.values {
            given.read(name, MAX_BODY)?;
        }
        Ok(())
    }

    fn view(&self) -> View {
        view::called
    }
}

impl Call {
    /// What was typed, as if each parameter had been sent where it stands in a request.
    fn sent<'c>(&'c self, surface: &Surface, action: &Action) -> anyhow::Result<Sent<'c>> {
        let mut sent = Sent::read_by(surface.reading.clone());
        for (name, given) in &self.values {
            let whole = name.split_once('[').map_or(name.as_str(), |(whole, _)| whole);
            let is_called = |(own, parameter): &(&String, &Parameter)| {
                [name.as_str(), whole]
                    .iter()
                    .any(|name| *own == name || parameter.aliases.iter().any(|alias| alias == name))
            };
            let known = action.parameters.iter().find(is_called);
            let part = known.and_then(|(_, parameter)| parameter.part()).unwrap_or(Part::Body);
            sent.add_text(part, Cow::from(name), Cow::from(given.text()))?;
        }
        Ok(sent)
    }
}

/// As whom each call is logged and audited.
fn request_id(context: &Context) -> Arc<str> {
    let mut number = [0; 8];
    context.engine().entropy().fill(&mut number);
    format!("{REQUEST}-{}", hex::encode(number)).into()
}

/// Refuses what no user of the panel can ask for, with those who can.
fn is_for_users(route: &Route, user: &User, caller: &Caller) -> anyhow::Result<()> {
    let Action { surface, name, roles, raw_body, .. } = &*route.action;
    ensure!(
        !raw_body,
        "{surface}/{name} reads the body of an HTTP request byte for byte; it cannot be asked for by a command"
    );
    if roles.contains(&caller.role()) {
        return Ok(());
    }
    let word = |role: &CallerRole| match role {
        CallerRole::Stranger => "strangers",
        CallerRole::Line => "lines",
        CallerRole::Reseller => "resellers",
        CallerRole::Admin => "admins",
    };
    let who: Vec<_> = roles.iter().map(word).collect();
    let may = roles.iter().any(|role| matches!(role, CallerRole::Admin | CallerRole::Reseller));
    let how = if may { "; name one with --as" } else { ", and a command asks as a user; ask over HTTP" };
    bail!("{surface}/{name} answers {}, and {} is none{how} (not_permitted)", who.join(" and "), user.username)
}

/// What `--json` prints.
fn told(action: &Action, user: &User, reply: Reply, limit: Option<u64>) -> Value {
    let mut told = Map::new();
    let mut tell = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            told.insert(name.to_owned(), value);
        }
    };
    tell("action", Some(format!("{}/{}", action.surface, action.name).into()));
    tell("user", Some(user.username.clone().into()));
    match reply {
        Reply::Data { data, total, matching, ending, plan, .. } => {
            tell("outcome", Some(if plan.is_some() { "dry_run" } else { ending.kind.as_str() }.into()));
            tell("data", Some(serde_json::from_str(&data).unwrap_or_default()));
            tell("total", total.map(Value::from));
            tell("matching", matching.map(Value::from));
            tell("limit", limit.map(Value::from));
            tell("cursor", ending.cursor.map(Value::from));
            tell("plan", plan);
        }
        Reply::Body(body) => {
            tell("outcome", Some("done".into()));
            tell("content_type", Some(body.content_type.clone().into()));
            match String::from_utf8(body.identity().to_vec()) {
                Ok(text) => tell("body", Some(text.into())),
                Err(bytes) => tell("body_base64", Some(json!(STANDARD.encode(bytes.as_bytes())))),
            }
        }
    }
    Value::Object(told)
}
