//! What a plugin says about its surfaces and actions, as data. The
//! same description validates, authorises, trims columns and documents.
//! Knows nothing of HTTP libraries or components: the http floor applies it, the runtime reads
//! it from the component's `linecard:actions` section (JSON of [`Description`]).

mod asked;
mod authority;
mod bounds;
mod columns;
mod fit;
mod listed;
mod reply;
mod row;
mod surface;
mod validate;
mod verb;

pub use authority::Reach;
pub use bounds::DESCRIPTION_BYTES;
pub use columns::{Columns, Mismatch};
pub use linecard_forms::{Crossing, Form};
pub use listed::{CONTENT_TYPES, HTML, STATUSES, content_type};
pub use reply::*;
pub use row::{NoRow, Rows};
pub use surface::*;
pub use validate::HOST_PARAMETERS;
pub use verb::{Nothing, Verb};

use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
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
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One sentence for people.
    pub summary: String,
    /// Reads or writes. A write needs POST unless the key allows GET.
    #[serde(default)]
    pub kind: ActionKind,
    /// What it does, when it is a common action: then its plugin has no code for it.
    #[serde(default)]
    pub does: Option<Verb>,
    /// Who may call it.
    pub roles: Vec<CallerRole>,
    /// How long it may run.
    #[serde(default)]
    pub budget: Budget,
    /// The rate class, when it is not the surface's.
    #[serde(default)]
    pub rate: Option<RateClass>,
    /// Its parameters, by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// What it returns.
    #[serde(default)]
    pub reply: ReplyShape,
    /// The refusal codes that it may return besides those every action has.
    #[serde(default)]
    pub refuses: Vec<String>,
    /// Statuses of a line, besides active, for which the action still answers (`expired`, …).
    #[serde(default)]
    pub also_for: Vec<String>,
    /// What its body depends on, when it may be kept.
    #[serde(default)]
    pub cache: Option<CacheRule>,
    /// Calls to show and to test with.
    #[serde(default, rename = "example")]
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

/// One parameter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its type; the host coerces old forms (`"1"`, JSON in a text, `x[]`) to it.
    #[serde(rename = "type")]
    pub form: Form,
    /// Of a list: the type of its items (any but list).
    #[serde(default)]
    pub of: Option<Form>,
    /// Must be there. An empty text counts as absent.
    #[serde(default)]
    pub required: bool,
    /// The value when it is absent.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    /// Other names in a request.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Allowed values of a text.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// Least value of a number or of a list's numbers; least length of a text in characters.
    #[serde(default)]
    pub min: Option<i64>,
    /// Greatest value of a number; greatest length of a text in characters (default 4,096) or of a list (default 1,000).
    #[serde(default)]
    pub max: Option<i64>,
    /// A value outside is taken as absent instead of refused (players' habits).
    #[serde(default)]
    pub lenient: bool,
    /// A whole number above `max` is taken as `max` instead of refused: how much is wanted at most.
    #[serde(default)]
    pub capped: bool,
    /// Sent empty, it arrives as the empty text or list instead of counting as absent: an edit clears the field by it.
    #[serde(default)]
    pub clears: bool,
    /// The refusal code of a bad value, when it is not `invalid_input`.
    #[serde(default)]
    pub code: Option<String>,
    /// Who may send it; from others it is refused as `not_permitted`. Default: every caller of the action.
    #[serde(default)]
    pub role: Option<CallerRole>,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
    /// Of a common action: the field that it sets; default the one of its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<String>,
    /// Of a common action: the value that sets the field to null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Nothing>,
    /// Of a common action: the surface's words (or numbers) and the kind's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Of a common action: the field is a list, and this its one item.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

/// A call to show and to test with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// One sentence for people.
    pub summary: String,
    /// The parameters as a request would carry them.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}
