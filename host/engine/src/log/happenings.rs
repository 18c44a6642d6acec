//! The log of what happened to the panel itself, as far as it is the tenant's: it is noted here, and read.

use super::page::Rows;
use super::query::asked;
use crate::{Engine, Result, Work};
use host_core::TenantId;
use host_core::caller::CallerRole;
use host_core::journal::{Entry, Log};
use serde_json::{Map, Value, json};

/// Most characters that are kept of what there is to say.
const LONGEST: usize = 1_024;

/// What happened. None of it is about the whole machine, but for its start and its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happening {
    /// The panel was asked for first since the process began.
    Started,
    /// The process ends.
    Stopped,
    /// Certificates, routes and the operator's command were taken anew.
    Reloaded,
    /// What is kept was dropped.
    Cleared,
    /// A plugin failed.
    PluginFailed,
    /// A call ran into a limit of its plugin.
    PluginLimit,
    /// A plugin is not loaded.
    PluginNotLoaded,
    /// A guide was not fetched.
    GuideFailed,
    /// An effect of an action was not done, and is tried again.
    EffectFailed,
}

impl Happening {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Happening::Started => "started",
            Happening::Stopped => "stopped",
            Happening::Reloaded => "reloaded",
            Happening::Cleared => "cleared",
            Happening::PluginFailed => "plugin_failed",
            Happening::PluginLimit => "plugin_limit",
            Happening::PluginNotLoaded => "plugin_not_loaded",
            Happening::GuideFailed => "guide_failed",
            Happening::EffectFailed => "effect_failed",
        }
    }
}

impl Engine {
    /// Notes what happened to a tenant's panel: to what of it, and what there is to say. Neither may hold a secret.
    pub fn happened(&self, tenant: TenantId, what: Happening, subject: &str, message: &str) {
        let now = self.clock().now();
        let entry = Entry::Happening {
            event: what.word().to_owned(),
            subject: subject.to_owned(),
            message: message.chars().take(LONGEST).collect(),
            at: now,
            last_at: now,
            times: 1,
        };
        self.journal().note(tenant, entry);
    }
}

/// A page: `query` is `{"from","to","until","search","start","after","limit","fields"}`. A row stands for all times within
/// an hour that the same happened: `times` of them, the last at `last_at`.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` for all but admins.
pub async fn happenings(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let asked = asked(work, query, &[]).await?.of(Log::Happenings);
    let limit = asked.limit;
    let page = work.engine().journal().read(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row| row.id }.document(work, |_| Vec::new(), |row, _| json!(row)).await
}
