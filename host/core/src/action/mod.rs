//! What a plugin says about its surfaces and actions, as data. The same description validates, authorises, trims
//! columns and documents. Does not know HTTP libraries or components: the runtime reads it from the component's
//! `linecard:actions` section (JSON of [`Description`]) and applies it; the http floor gathers what was sent, and gives
//! answers their voice.

mod asked;
mod authority;
mod coerce;
mod columns;
mod credential;
mod ending;
mod envelope;
mod listed;
mod outcome;
mod parameter;
mod refusal_rule;
mod reply;
mod route;
mod row;
mod sent;
mod spoken;
mod surface;
mod unsaid;
mod validate;
mod verb;

pub use authority::Reach;
pub use coerce::{Asking, asked_columns, coerced, page_limit, refuse_unknown, unknown, unknown_in_objects};
pub(crate) use coerce::{DEFAULT_LIMIT, MAX_ITEMS, MAX_TEXT, asks_for_page, most_rows};
pub use columns::{Columns, Mismatch};
pub use credential::{Credential, SessionCredential};
pub use ending::NoEnding;
pub(crate) use ending::SEGMENT;
pub use envelope::{Absent, Envelope, Other, SPREAD, Slot, Template};
pub use linecard_forms::{Crossing, Form};
pub use listed::{CONTENT_TYPES, HTML, STATUSES, content_type};
pub use outcome::{Ending, Outcome, OutcomeKind, SaidEnding};
pub use parameter::{Parameter, Stands};
pub use refusal_rule::RefusalRule;
pub use reply::*;
pub use route::{ActionRoute, Method};
pub use row::{NoRow, Rows};
pub use sent::{Given, Sent};
pub use spoken::FAULT;
pub use surface::*;
pub use validate::{DESCRIPTION_BYTES, DRY_RUN, HIDE_COLUMNS, HOST_PARAMETERS, IDEMPOTENCY_KEY, SHOW_COLUMNS};
pub use verb::{Nothing, Verb};

use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The version of descriptions that this host reads. It rises when something is said otherwise than before, not
/// when more can be said.
pub const VERSION: u32 = 1;

/// All that one plugin describes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Which version of descriptions this is; the first one when nothing is said.
    #[serde(default = "first")]
    pub version: u32,
    /// Surfaces whose dialect this plugin owns.
    #[serde(default, rename = "surface", skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<Surface>,
    /// Actions that it answers, on its own or another plugin's surfaces.
    #[serde(default, rename = "action", skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

const fn first() -> u32 {
    1
}

/// One action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The surface it is on.
    pub surface: String,
    /// Its name there.
    pub name: String,
    /// Other names (numbers of old players).
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub aliases: Vec<String>,
    /// What forms and reference pages call it; default its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// One sentence for people.
    pub summary: String,
    /// What else it does, for reference pages: `Ends the line's connections.`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// The methods and paths that lead to it, below each mount of its surface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<ActionRoute>,
    /// Reads or writes. A write needs POST unless a route says otherwise, or the key allows GET.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub kind: ActionKind,
    /// What it does, when it is a common action: then its plugin has no code for it.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub does: Option<Verb>,
    /// Fields of the kind that it always sets, or those of the query of a list, whatever is sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub always: Map<String, Value>,
    /// Who may call it.
    pub roles: Vec<CallerRole>,
    /// How long it may run.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub budget: Budget,
    /// The rate class, when it is not the surface's.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub rate: Option<RateClass>,
    /// Its parameters, by name.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub parameters: BTreeMap<String, Parameter>,
    /// Its guest reads the request's body itself, byte for byte (`base.sent`), to check a signature: nothing in
    /// it becomes a parameter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_body: bool,
    /// What it returns.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub reply: ReplyShape,
    /// The refusal codes that it may return besides those every action has.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub refuses: Vec<String>,
    /// Statuses of a line, besides active, for which the action still answers (`expired`, …).
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub also_for: Vec<String>,
    /// What its body depends on, when it may be kept.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub cache: Option<CacheRule>,
    /// Calls to show and to test with.
    #[serde(default, rename = "example", skip_serializing_if = "unsaid::is_default")]
    pub examples: Vec<Example>,
}

impl Action {
    /// Whether a parameter selects the content of the action's kept body. One that only says which
    /// part of it is sent, or in which form, does not.
    pub fn is_keyed(&self, parameter: &str) -> bool {
        let Some(rule) = &self.cache else { return true };
        let in_key = rule.key.as_ref().is_none_or(|key| key.iter().any(|name| name == parameter));
        let of_window = |window: &Window| window.skip == parameter || window.most == parameter;
        let of_archive = |archive: &Archive| archive.parameter == parameter;
        in_key && !rule.window.as_ref().is_some_and(of_window) && !self.reply.archive.as_ref().is_some_and(of_archive)
    }
}

/// Reads or writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// Changes nothing; may be called with GET.
    #[default]
    Read,
    /// Changes something; POST.
    Write,
}

/// How long a call may run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// 250 ms of wall time.
    #[default]
    Fast,
    /// 20 s of wall time, 250 ms of guest time.
    Http,
    /// 60 s of wall time.
    Job,
}

impl Budget {
    /// As a description names it.
    pub const fn name(self) -> &'static str {
        match self {
            Budget::Fast => "fast",
            Budget::Http => "http",
            Budget::Job => "job",
        }
    }
}

/// A call to show and to test with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// One sentence for people.
    pub summary: String,
    /// The parameters as a request would carry them.
    #[serde(default, skip_serializing_if = "unsaid::is_default")]
    pub parameters: BTreeMap<String, String>,
}
