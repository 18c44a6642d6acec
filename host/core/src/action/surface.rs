//! A surface's dialect: its paths, where things stand in a request, and what an unknown name gets.
//! How callers show who they are, how answers are wrapped and what refusals become have pages of their own.

use super::{Credential, Envelope, RefusalRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the routes of media are called where surfaces are named; no surface has this name.
pub const MEDIA: &str = "live";
/// Likewise those of the documents of surfaces.
pub const DOCS: &str = "docs";

/// A surface's dialect: where things stand in a request, and how answers are wrapped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// Its name: `reseller`.
    pub name: String,
    /// The paths that lead here. Routes of its actions lie below each of them.
    pub mounts: Vec<Mount>,
    /// The path below each mount at which the plugin's static files are, for everybody: `/app`, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assets: Option<String>,
    /// How callers show who they are: the first of these that a request has anything of counts.
    pub credentials: Vec<Credential>,
    /// Where the action's name stands; none when mounts and routes say it.
    #[serde(default)]
    pub selector: Option<Selector>,
    /// How its requests are read.
    #[serde(default)]
    pub reading: Reading,
    /// How answers are wrapped.
    pub envelope: Envelope,
    /// Refusal code → what it becomes; `default` is for all others and must be there.
    pub refusals: BTreeMap<String, RefusalRule>,
    /// The actions that answer names that no action has, the first whose pattern fits.
    /// Without one an unknown action is refused as `unknown_action`.
    #[serde(default)]
    pub fallbacks: Vec<Fallback>,
    /// Which rate class its requests count in.
    #[serde(default)]
    pub rate: RateClass,
}

impl Surface {
    /// The action that answers a name that no action has; the empty name is one.
    pub fn fallback(&self, name: &str) -> Option<&str> {
        self.fallbacks.iter().find(|fallback| fallback.takes(name)).map(|fallback| fallback.action.as_str())
    }

    /// Whether people manage the panel by it: what its callers show gives them more than a line. A session is one of
    /// people where no line could have it.
    pub fn is_panel(&self) -> bool {
        self.credentials.iter().any(|credential| match credential {
            Credential::ApiKey { .. } => true,
            Credential::Session(session) => session.cookie.is_some() || !self.is_for_players(),
            Credential::Address | Credential::Line { .. } | Credential::None => false,
        })
    }

    /// The session in a cookie by which its callers sign in, if they do.
    pub fn session_cookie(&self) -> Option<&str> {
        self.credentials.iter().find_map(|credential| match credential {
            Credential::Session(session) => session.cookie.as_deref(),
            _ => None,
        })
    }

    /// Whether lines sign in by it, with their names and passwords.
    pub fn is_for_players(&self) -> bool {
        self.credentials.iter().any(|credential| matches!(credential, Credential::Line { .. }))
    }

    /// The parameters that credentials are read from. They are the host's: no action is given them.
    pub fn credential_parameters(&self) -> impl Iterator<Item = &str> + Clone {
        self.credentials.iter().flat_map(Credential::parameters)
    }
}

/// One path of a surface.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// Literal segments and `{name}` segments; `{code}` is an access code. `/player_api.php`,
    /// `/{code}/reseller/index.php`, `/playlist/{username}/{password}`.
    pub path: String,
    /// The action, where the path alone says it.
    #[serde(default)]
    pub action: Option<String>,
    /// The action that answers names that no action has, where that is another one here than elsewhere.
    #[serde(default)]
    pub fallback: Option<String>,
}

/// Where the action's name stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Selector {
    /// Query or form parameters. The values of several are joined by dots: `action=user&sub=info` asks for
    /// `user.info`, which is a name or an alias of an action.
    Parameters {
        /// Their names, 1 to 4.
        names: Vec<String>,
    },
    /// A `{name}` segment of the mount.
    Segment {
        /// Its name.
        name: String,
    },
}

impl Selector {
    /// The parameters and segments that it reads.
    pub fn names(&self) -> &[String] {
        match self {
            Selector::Parameters { names } => names,
            Selector::Segment { name } => std::slice::from_ref(name),
        }
    }
}

/// Who answers names that no action has. The asked name is handed to the guest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// A pattern: `*` stands for any text, also none. `itv.*`, `*`.
    pub like: String,
    /// The action.
    pub action: String,
}

impl Fallback {
    fn takes(&self, name: &str) -> bool {
        match self.like.split_once('*') {
            None => self.like == name,
            Some((begin, end)) => {
                name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end)
            }
        }
    }
}

/// A part of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A variable segment of the path.
    Path,
    /// The query.
    Query,
    /// A form or a JSON object.
    Body,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// How the requests of a surface are read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// Of path, query and body, in which order a name is looked for.
    pub order: Vec<Part>,
    /// What a name that is sent twice in one part means.
    pub duplicates: Duplicates,
    /// What a name that means nothing to an action that writes gets.
    pub unknown: Unknown,
    /// Actions that write may be asked for with GET, as set-top boxes do. Not where a session is in a cookie: any page
    /// could then have a browser ask.
    pub writes_by_get: bool,
}

impl Default for Reading {
    fn default() -> Reading {
        let order = vec![Part::Path, Part::Query, Part::Body];
        Reading { order, duplicates: Duplicates::Refuse, unknown: Unknown::Refuse, writes_by_get: false }
    }
}

/// What a name that is sent twice in one part means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// Nobody can say which was meant: `malformed`.
    #[default]
    Refuse,
    /// The first.
    First,
    /// The last, as PHP reads it.
    Last,
}

/// What a name that means nothing to an action that writes gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// A refusal, so that nobody believes a thing was set. A key that was made for old scripts has it passed over.
    #[default]
    Refuse,
    /// Nothing, but a refusal where it is a member of an object: what stands beside one may be meant for others.
    Members,
    /// Nothing.
    Ignore,
}

/// Which budget of requests per second a call counts in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateClass {
    /// 20/s, burst 40, per line and address.
    #[default]
    Player,
    /// 2/s, burst 5, per line and address.
    Playlist,
    /// 1/s, burst 3, per line and address.
    Guide,
    /// 50/s, burst 200, per key.
    Panel,
}

/// How many requests a rate class allows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Allowance {
    /// Requests a second, in the long run.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

impl RateClass {
    /// As a description names it.
    pub const fn name(self) -> &'static str {
        match self {
            RateClass::Player => "player",
            RateClass::Playlist => "playlist",
            RateClass::Guide => "guide",
            RateClass::Panel => "panel",
        }
    }

    /// What it allows.
    pub const fn allowance(self) -> Allowance {
        let (per_second, burst) = match self {
            RateClass::Player => (20, 40),
            RateClass::Playlist => (2, 5),
            RateClass::Guide => (1, 3),
            RateClass::Panel => (50, 200),
        };
        Allowance { per_second, burst }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shows_a_key_or_has_a_session_in_a_cookie_manages_the_panel() {
        let are_panel = |credentials: serde_json::Value| {
            let described = serde_json::json!({"name": "s", "mounts": [], "credentials": credentials,
                "envelope": {"success": "{data}", "refusal": "{message}"}, "refusals": {}});
            serde_json::from_value::<Surface>(described).unwrap().is_panel()
        };
        let line = serde_json::json!({"kind": "line", "username": "u", "password": "p"});
        let box_session = serde_json::json!({"kind": "session", "bearer": true});
        assert!(are_panel(serde_json::json!([{"kind": "api_key", "parameter": "api_key"}])));
        assert!(are_panel(serde_json::json!([{"kind": "session", "cookie": "c"}, line])));
        assert!(are_panel(serde_json::json!([box_session, {"kind": "none"}])));
        assert!(!are_panel(serde_json::json!([box_session, line])));
        assert!(!are_panel(serde_json::json!([line])));
    }

    #[test]
    fn a_pattern_takes_what_begins_and_ends_like_it() {
        let takes = |like: &str, name: &str| Fallback { like: like.into(), action: "a".into() }.takes(name);
        for (like, name) in [("*", ""), ("*", "x"), ("itv.*", "itv.get"), ("itv.*", "itv."), ("a*b", "ab"), ("x", "x")]
        {
            assert!(takes(like, name), "{like} {name}");
        }
        for (like, name) in [("itv.*", "itv"), ("a*b", "a"), ("ab*ba", "aba"), ("x", "xy"), ("x", "")] {
            assert!(!takes(like, name), "{like} {name}");
        }
    }
}
