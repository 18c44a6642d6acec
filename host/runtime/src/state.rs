//! What the host knows of one running call: the attempt it works on, what it may use, and what it has written so far.
//! Every capability finds here what it needs.

use crate::body::build::BodyBuild;
use crate::body::sink::Sink;
use crate::call::Call;
use crate::capability::needs::Needs;
use crate::held::{HeldAnswers, HeldRows};
use crate::limits::Meter;
use crate::log::{Level, LogLine, Ring, one_line};
use crate::plugin_settings::PluginSettings;
use crate::stop::{Denied, Stop};
use crate::waits::Waits;
use host_core::Refusal;
use host_core::action::{Action, ActionKind};
use host_core::grant::Grant;
use host_core::refusal::Code;
use host_engine::collection::Collection;
use host_engine::{Error, Work};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Collections by name.
pub(crate) type Collections = BTreeMap<String, Arc<Collection>>;

/// What is asked of a guest.
pub(crate) struct Asked {
    pub(crate) call: Arc<Call>,
    pub(crate) action: Arc<Action>,
    /// The tenant's settings of its plugin.
    pub(crate) settings: Arc<PluginSettings>,
}

/// The store's data of one call. It dies with the call.
pub(crate) struct CallState {
    /// The attempt; its plan is committed only when the guest answers success.
    pub(crate) work: Work,
    /// What it has used.
    pub(crate) meter: Meter,
    /// What is granted, with the limits inside capabilities.
    pub(crate) grant: Arc<Grant>,
    /// The plugin's own collections, by the names that it gave them.
    pub(crate) collections: Arc<Collections>,
    /// What is asked; none in the trial run of a plugin that is being loaded.
    pub(crate) asked: Option<Asked>,
    /// The body it writes.
    pub(crate) body: Sink,
    /// The body build it belongs to: then only what the build's key names may be read.
    pub(crate) build: Option<Arc<BodyBuild>>,
    /// The last refusal of the host: when the guest passes it on, it keeps its `Retry-After`.
    pub(crate) refused: Option<Refusal>,
    /// What verbs answered, for the guest to name in its reply.
    pub(crate) held: HeldAnswers,
    /// The open list of the catalogue.
    pub(crate) listing: Option<host_engine::catalogue::Listing>,
    pub(crate) log: Arc<Ring>,
    /// How long it has waited for the host.
    pub(crate) waits: Arc<Waits>,
    /// What it printed through WASI.
    pub(crate) printed: Option<Box<crate::wasi::printed::Printed>>,
}

impl CallState {
    /// For one attempt; no guest has it yet.
    pub(crate) fn new(work: Work, build: Option<Arc<BodyBuild>>) -> CallState {
        let meter = Meter::new(build.is_some());
        CallState {
            work,
            meter,
            grant: Arc::default(),
            collections: Arc::default(),
            asked: None,
            body: Sink::default(),
            build,
            refused: None,
            held: HeldAnswers::default(),
            listing: None,
            log: Arc::default(),
            waits: Arc::default(),
            printed: None,
        }
    }

    /// Counts a host call at its cost and asks whether this call may make it. A refusal is an answer to the guest, an
    /// error ends it.
    pub(crate) fn admit(&mut self, needs: Needs, cost: u32) -> Result<(), Denied> {
        self.meter.host_calls(cost)?;
        let asked = self.asked.as_ref().ok_or(Denied::Stop(Stop::InTrial))?;
        if needs == Needs::Writing && asked.action.kind != ActionKind::Write {
            return Err(Denied::Stop(Stop::WritesInRead));
        }
        match &self.build {
            Some(build) if !build.allows(needs) => Err(Denied::Refused(Refusal::new(
                Code::NotPermitted,
                "This body is kept for many lines; name what it depends on in the action's cache rule.",
            ))),
            _ => Ok(()),
        }
    }

    /// Holds rows that a verb answered; the number under which the guest knows them.
    pub(crate) fn hold(&mut self, kind: impl Into<Cow<'static, str>>, rows: HeldRows) -> Result<u32, Error> {
        self.held.hold(kind, rows)
    }

    /// Adds a line to the plugin's log, cut where the call's allowance ends.
    pub(crate) fn log(&mut self, level: Level, message: &str) {
        if let Some(allowed) = self.meter.log_line(message.len()) {
            let message = one_line(message, allowed);
            let request = Arc::clone(&self.work.caller().request);
            self.log.push(LogLine { at: self.work.now(), level, request, message });
        }
    }
}
