//! What an action returns: shape and fields, and on what a kept body depends.
//! Knows no envelope and no request.

use super::Form;
use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an action returns.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyShape {
    /// Shape of the data.
    #[serde(default)]
    pub shape: Shape,
    /// Its fields (of an object, or of a list's rows): the allow list of `show_columns`. Empty: not listed, not trimmed.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// The body's type when the action writes a raw one.
    #[serde(default)]
    pub content_type: Option<String>,
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
    #[serde(default)]
    pub role: Option<CallerRole>,
}

/// What a kept body depends on besides plugin version, action and parameters, and which values
/// of the line stand in it as markers (`design.md` section 6).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheRule {
    /// The line facts that select the content.
    pub depends: Vec<Dependency>,
    /// The line values that are spliced in.
    #[serde(default)]
    pub splice: Vec<Splice>,
    /// Seconds after which it is built again though nothing changed (guides); 0 is never.
    #[serde(default)]
    pub seconds: u32,
}

/// A fact that a body's content depends on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// The line's bouquets, and with them the catalogue's generation.
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
