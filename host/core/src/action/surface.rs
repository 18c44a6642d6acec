//! A surface's dialect: its paths, where action and credential stand in a request, and how
//! replies and refusals sound. Knows no action.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A surface's dialect: where things stand in a request, and how answers sound.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// Its name: `reseller`.
    pub name: String,
    /// The paths that lead here.
    pub mounts: Vec<Mount>,
    /// How callers show who they are.
    pub credential: Credential,
    /// Where the action's name stands; none when every mount names its action.
    #[serde(default)]
    pub selector: Option<Selector>,
    /// How a reply is wrapped.
    pub envelope: Envelope,
    /// Refusal code → how it sounds; `default` is for all others and must be there.
    pub refusals: BTreeMap<String, Sound>,
    /// The action that answers when none, or an unknown one, is named.
    /// Without it an unknown action is refused as `unknown_action`.
    #[serde(default)]
    pub fallback: Option<String>,
    /// Which rate class its requests count in.
    #[serde(default)]
    pub rate: RateClass,
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
}

/// How callers show who they are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Credential {
    /// A line's user name and password: query, form or path parameters of these names.
    Line {
        /// Parameter with the user name.
        username: String,
        /// Parameter with the password.
        password: String,
    },
    /// A user's API key: this query or form parameter, or `Authorization: Bearer`.
    ApiKey {
        /// The parameter.
        parameter: String,
    },
    /// No credential: every caller is a stranger.
    None,
}

impl Credential {
    /// The parameters that hold it. They are the host's: no action is given them.
    pub fn parameters(&self) -> impl Iterator<Item = &str> + Clone {
        let (one, other) = match self {
            Credential::Line { username, password } => (Some(username), Some(password)),
            Credential::ApiKey { parameter } => (Some(parameter), None),
            Credential::None => (None, None),
        };
        [one, other].into_iter().flatten().map(String::as_str)
    }
}

/// Where the action's name stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Selector {
    /// A query or form parameter.
    Parameter {
        /// Its name.
        name: String,
    },
    /// A `{name}` segment of the mount.
    Segment {
        /// Its name.
        name: String,
    },
}

/// How a reply is wrapped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Envelope {
    /// The data itself is the body, as JSON.
    Bare,
    /// An object with a status word, the data, and fields beside it.
    Status {
        /// Field of the status word.
        status: String,
        /// The word of a success.
        success: String,
        /// Field of the data.
        data: String,
        /// Field of the refusal's sentence.
        error: String,
        /// Field of the request's id.
        request: String,
        /// Field of the number of rows in scope, on lists.
        total: String,
        /// Field of the number of rows that match, on lists.
        matching: String,
    },
}

/// How a refusal sounds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sound {
    /// HTTP status.
    pub http: u16,
    /// The status word of a `status` envelope.
    #[serde(default)]
    pub word: Option<String>,
    /// A fixed sentence instead of the refusal's own.
    #[serde(default)]
    pub message: Option<String>,
    /// A fixed body instead of an envelope; empty text is an empty body.
    #[serde(default)]
    pub body: Option<String>,
    /// The tenant setting that replaces `http` (`auth_failed_status`).
    #[serde(default)]
    pub http_setting: Option<String>,
    /// Answer as this action instead of refusing (players get the account document of an expired line).
    #[serde(default)]
    pub answer_with: Option<String>,
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
    /// So many a second, in the long run.
    pub per_second: u32,
    /// So many at once.
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
