//! One parameter of an action: its type, where it stands in a request, its limits, and what it sets in a common
//! action.

use super::{Form, Nothing, Part, Written};
use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One parameter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its type; the host coerces old forms (`"1"`, JSON in a text, `x[]`) to it.
    #[serde(rename = "type")]
    pub form: Form,
    /// Of a list: the type of its items (any but list).
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub of: Option<Form>,
    /// Of an object, or of a list of objects: its members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, Parameter>,
    /// Of an object: its members may stand beside it too, without its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flat: bool,
    /// Where it stands; wherever it is found when nothing is said, but in no header and no cookie.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub stands: Option<Stands>,
    /// Must be there. An empty text counts as absent.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub required: bool,
    /// The value when it is absent.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub default: Option<serde_json::Value>,
    /// Other names in a request.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub aliases: Vec<String>,
    /// Allowed values of a text.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub one_of: Vec<String>,
    /// Least value of a number or of a list's numbers; least length of a text in characters.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub min: Option<i64>,
    /// Greatest value of a number; greatest length of a text in characters (default 4,096) or of a list (default 1,000).
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub max: Option<i64>,
    /// A value outside is taken as absent instead of refused (players' habits).
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub lenient: bool,
    /// A whole number above `max` is taken as `max` instead of refused: how much is wanted at most.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub capped: bool,
    /// Sent empty, it arrives as the empty text or list instead of counting as absent: an edit clears the field by it.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub clears: bool,
    /// Sent empty, or as JSON's null, it arrives as null.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
    /// The refusal code of a bad value, when it is not `invalid_input`.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub code: Option<String>,
    /// Who may send it; from others it is refused as `not_permitted`. Default: every caller of the action.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub role: Option<CallerRole>,
    /// What forms call it; default its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "super::unsaid::is_default")]
    pub summary: String,
    /// The one value that it may have, because there is nothing to choose. In a common action it sets nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<i64>,
    /// Of a common action: the field that it sets; default the one of its own name. What stands within a field is
    /// named by its path: `official.price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<String>,
    /// Of a common action: the value that sets the field to null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Nothing>,
    /// Of a common action: the surface's words (or numbers) and the kind's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Of a common action that sets a term: what of it was sent, `months` or `unit`.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// Of a common action, of a flag: the word that its field is set to when it is sent as set. Of two flags for one
    /// field the one that is set counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Likewise the word when it is sent as not set; without one it then sets nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<String>,
    /// Of a common action: the field is a list, and this its one item.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

/// Where a parameter stands in a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// A variable segment of the route.
    Path,
    /// The query, and nowhere else.
    Query,
    /// The body, and nowhere else.
    Body,
    /// The header of this name.
    Header(String),
    /// The cookie of this name.
    Cookie(String),
    /// The version in `If-Match: "7"`. `*`, which is any, counts as absent.
    IfMatch,
}

impl Stands {
    /// The part of the request.
    pub const fn part(&self) -> Part {
        match self {
            Stands::Path => Part::Path,
            Stands::Query => Part::Query,
            Stands::Body => Part::Body,
            Stands::Header(_) | Stands::IfMatch => Part::Header,
            Stands::Cookie(_) => Part::Cookie,
        }
    }
}

impl Parameter {
    /// The part of the request that it is read from, where it is but one.
    pub fn part(&self) -> Option<Part> {
        self.stands.as_ref().map(Stands::part)
    }

    /// Whether a caller of this role may send it.
    pub fn is_open_to(&self, role: CallerRole) -> bool {
        self.role.is_none_or(|least| role >= least)
    }
}
