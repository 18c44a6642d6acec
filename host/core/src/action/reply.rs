//! What an action returns: shape and fields, and on what a kept body depends.

use super::{Outcome, OutcomeKind, Template};
use crate::caller::CallerRole;
use indexmap::IndexMap;
use linecard_forms::Form;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an action returns.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyShape {
    /// Shape of the data.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub shape: Shape,
    /// The kind whose rows the host writes by the fields below, when the guest names rows that the host holds.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub of: Option<String>,
    /// Its fields (of an object, or of a list's rows), in order: the allow list of `show_columns`. Empty: not listed,
    /// not trimmed.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub fields: IndexMap<String, Field>,
    /// The body's type when the action writes a raw one.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub content_type: Option<String>,
    /// How a caller gets a raw body as a gzip file instead.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub archive: Option<Archive>,
    /// How its success is wrapped, where that is not as the surface wraps others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Template>,
    /// The ways in which it ends well; the first is meant when a reply names none. Empty: it is done, 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// A client that accepts `text/event-stream` is answered with events: the action is asked again after this many
    /// seconds, 1 to 300, and what has changed is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<u32>,
    /// The member of the data, a whole number, that rises when the thing changes: `ETag` is made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The parameter by which the next page of a list is asked for, from the cursor that a reply names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl ReplyShape {
    /// Whether more is made of its rows than what is shown of them: their version, or a place that they name.
    pub fn is_made_of_whole_rows(&self) -> bool {
        self.version.is_some() || !self.outcomes.is_empty()
    }

    /// The way of this kind in which the action may end.
    pub fn outcome(&self, kind: Option<OutcomeKind>) -> Option<Outcome> {
        match kind {
            None => Some(self.outcomes.first().cloned().unwrap_or_else(Outcome::done)),
            Some(OutcomeKind::Done) if self.outcomes.is_empty() => Some(Outcome::done()),
            Some(kind) => self.outcomes.iter().find(|outcome| outcome.kind == kind).cloned(),
        }
    }
}

/// A raw body as a gzip file to keep, whatever the caller's `Accept-Encoding` says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// The flag among the action's parameters that asks for it. The guest never sees it set.
    pub parameter: String,
    /// The file's name, as `Content-Disposition` says it: 1 to 64 letters, digits, `.`, `_` and `-`.
    pub name: String,
}

/// Shape of a reply's data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One object.
    #[default]
    Object,
    /// Rows, with totals.
    List,
    /// Nothing.
    None,
    /// Any JSON.
    Any,
    /// A body of its own type, written through the body capability.
    Raw,
}

/// One field of a reply.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its type, for the documentation.
    #[serde(rename = "type")]
    pub form: Form,
    /// Who may see it; default every caller of the action.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub role: Option<CallerRole>,
    /// Of an object, or of a list of objects: its members. Those that are not listed are not shown.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub members: IndexMap<String, Field>,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The field of the kind that it shows, in rows that the host writes; default the one of its own name. What stands
    /// within a field is named by its path: `official.price`. A flag made of another type says whether there is a
    /// value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The field that it shows where that one is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or: Option<String>,
    /// What it shows always: the kind has no such field, because there is nothing to choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<i64>,
    /// Of a flag: another field of the kind that must be set as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub and: Option<String>,
    /// Of a flag: set where the kind's field has this word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Of a text: the kind's words and the surface's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Of a point in time: how it is written; default in unix seconds. Of a term: what of it is written.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// What is not there is null; else it is 0, the empty text or the empty list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
}

/// How a point in time or a term is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    /// `YYYY-MM-DD` in UTC.
    Date,
    /// `YYYY-MM-DD HH:MM:SS` in UTC.
    Datetime,
    /// Of a term: how many whole months it has. A parameter sets a term of that many months.
    Months,
    /// Of a term: the word of its unit. A parameter sets a term of one such unit.
    Unit,
}

impl Written {
    /// Whether it is a term that is written like this.
    pub const fn is_of_term(self) -> bool {
        matches!(self, Written::Months | Written::Unit)
    }
}

/// What a kept body depends on besides plugin version, action and parameters, and which values
/// of the line stand in it as markers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheRule {
    /// The line facts that select the content.
    pub depends: Vec<Dependency>,
    /// The parameters that select the content; all of them when it is left out. The guest gets
    /// the others at their defaults.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub key: Option<Vec<String>>,
    /// The parameters that ask for a part of a list, which the host cuts out of the whole one.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub window: Option<Window>,
    /// The line values that are spliced in.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub splice: Vec<Splice>,
    /// Seconds after which it is built again though nothing changed (guides); 0 is never.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub seconds: u32,
    /// Whether the body is written into a compressed file as it comes, because it may be larger
    /// than what memory should hold (guides).
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub file: bool,
    /// Whether builds read little, whatever is asked for: one that also makes a small body costs its caller a part of what
    /// others cost, so that a player may look at each of many things.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub small: bool,
    /// The body is an object, and begins with the members of the object that this other action of the surface answers for
    /// each call: what is the line's own stands before what many lines have alike.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub begin: Option<String>,
}

/// The parameters by which a part of a list is asked for. The body is then a JSON array.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The number of entries to leave out.
    pub skip: String,
    /// The number of entries to send at most; 0 is all.
    pub most: String,
}

/// A fact that a body's content depends on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// The line's bouquets, and with them the generation of their lists.
    Bouquets,
    /// The line's outputs.
    Outputs,
    /// Scheme, host and port of the request.
    Host,
    /// The tenant's settings.
    Settings,
    /// The guide's generation.
    Guide,
}

/// A value of the line that is spliced into a kept body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Splice {
    /// Its user name.
    Username,
    /// Its password.
    Password,
}
