//! What a plugin says about its surfaces and actions, as data (`design.md` section 5). The
//! same description validates, authorises, trims columns and documents.
//! Knows nothing of HTTP libraries or components: the http floor applies it, the runtime reads
//! it from the component's `linecard:actions` section (JSON of [`Description`]).

use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that one plugin describes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Surfaces whose dialect this plugin owns.
    #[serde(default, rename = "surface", skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<Surface>,
    /// Actions that it answers, on its own or another plugin's surfaces.
    #[serde(default, rename = "action", skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

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

/// Which budget of requests per second a call counts in (`security-requirements.md` section 2).
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
    /// Least value of a number.
    #[serde(default)]
    pub min: Option<i64>,
    /// Greatest value of a number; greatest length of a text in characters (default 4,096) or of a list (default 1,000).
    #[serde(default)]
    pub max: Option<i64>,
    /// A value outside is taken as absent instead of refused (players' habits).
    #[serde(default)]
    pub lenient: bool,
    /// The refusal code of a bad value, when it is not `invalid_input`.
    #[serde(default)]
    pub code: Option<String>,
    /// Who may send it; from others it is refused as `not_permitted`. Default: every caller of the action.
    #[serde(default)]
    pub role: Option<CallerRole>,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
}

/// The types of parameters and reply fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Text.
    Text,
    /// A whole number of 32 bits.
    Int,
    /// An id: a whole number above 0.
    Id,
    /// `0`/`1`, `true`/`false`, `yes`/`no`, `on`/`off`; arrives as a JSON boolean.
    Flag,
    /// Decimal text with at most four places ([`crate::credit::Credits`]).
    Decimal,
    /// `YYYY-MM-DD`, unix seconds, or `never`; arrives as seconds or null.
    Date,
    /// An address or network.
    Network,
    /// A JSON object.
    Document,
    /// `x[]`, a JSON array in a text, or a comma list.
    List,
}

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

impl Description {
    /// Refuses descriptions that could not be applied, naming the first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        for surface in &self.surfaces {
            if !surface.refusals.contains_key("default") {
                return Err(format!("surface {}: the refusal table has no `default`", surface.name));
            }
            if surface.mounts.is_empty() || surface.mounts.iter().any(|mount| !mount.path.starts_with('/')) {
                return Err(format!("surface {}: a mount is a path that begins with /", surface.name));
            }
            if surface.selector.is_none() && surface.mounts.iter().any(|mount| mount.action.is_none()) {
                return Err(format!("surface {}: without a selector every mount names its action", surface.name));
            }
        }
        for action in &self.actions {
            let at = format!("action {}/{}", action.surface, action.name);
            if action.roles.is_empty() {
                return Err(format!("{at}: no role may call it"));
            }
            for (name, parameter) in &action.parameters {
                if (parameter.form == Form::List) != parameter.of.is_some() || parameter.of == Some(Form::List) {
                    return Err(format!("{at}: parameter {name}: a list, and nothing else, says what it is `of`"));
                }
            }
            if action.reply.shape == Shape::Raw && action.reply.content_type.is_none() {
                return Err(format!("{at}: a raw reply has a content_type"));
            }
        }
        let mut names: Vec<_> = self.actions.iter().map(|a| (&a.surface, &a.name)).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("action {}/{} is described twice", pair[0].0, pair[0].1));
        }
        Ok(())
    }
}
