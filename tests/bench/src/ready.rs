//! A panel in this process, for calls without HTTP.

use crate::panel::{self, ADDRESS, PASSWORD};
use anyhow::Context;
use host_core::TenantId;
use host_core::action::Columns;
use host_core::line::Line;
use host_core::secret::Secret;
use host_engine::{Engine, SignInFrom};
use host_runtime::{Call, Reply, RequestFacts, Route, Runtime, Snapshot};
use linecard::panel::Panel;
use serde_json::Map;
use std::path::Path;
use std::sync::Arc;

/// A panel whose player can be called.
pub(crate) struct Ready {
    panel: Arc<Panel>,
    tenant: TenantId,
    /// The routes of its tenant.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Where the panel's own tasks run.
    pub(crate) tokio: tokio::runtime::Runtime,
}

impl Ready {
    /// Opens the panel of a data directory.
    pub(crate) fn open(data: &Path) -> anyhow::Result<Ready> {
        let tokio = tokio::runtime::Runtime::new()?;
        let (panel, tenant) = tokio.block_on(async {
            let panel = panel::open(data)?;
            panel.runtime.start().await?;
            let tenant = panel::tenant(&panel).await?;
            anyhow::Ok((panel, tenant))
        })?;
        Ok(Ready { snapshot: panel.runtime.snapshot(tenant), panel, tenant, tokio })
    }

    /// Its plugin host.
    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        &self.panel.runtime
    }

    /// Its use cases.
    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.panel.engine
    }

    /// Its tenant.
    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// An action of the player.
    pub(crate) fn route(&self, action: &str) -> anyhow::Result<&Route> {
        self.snapshot.route("player", action).with_context(|| format!("the player has no action `{action}`"))
    }

    /// A call of a signed-in line, without parameters.
    pub(crate) fn call(&self, username: &str) -> anyhow::Result<(Arc<Line>, Call)> {
        let from = SignInFrom {
            address: ADDRESS,
            agent: "linecard-bench".into(),
            surface: "player".into(),
            request: "bench".into(),
            query: Secret::default(),
            code: Secret::default(),
        };
        let password = Secret::new(PASSWORD.to_owned());
        let signing = self.engine().sign_in_line(self.tenant(), username, &password, &from);
        let signed = self.tokio.block_on(signing)?;
        let line = Arc::clone(&signed.line);
        let request = RequestFacts {
            scheme: "http",
            host: panel::HOST.into(),
            port: 80,
            address: ADDRESS,
            agent: "linecard-bench".into(),
            code: Secret::default(),
        };
        let call = Call {
            caller: signed.caller,
            line: Some(signed.line),
            password: Some(signed.password),
            parameters: Map::new(),
            request,
            dry_run: false,
            columns: Columns::default(),
            asked_name: None,
            body: Default::default(),
            idempotency: None,
        };
        Ok((line, call))
    }

    /// Calls an action.
    pub(crate) async fn answer(&self, route: &Route, call: Call) -> anyhow::Result<Reply> {
        Ok(self.runtime().call(&self.snapshot, route, call).await?)
    }
}
