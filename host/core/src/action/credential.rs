//! How callers show who they are, as a surface's description lists it.

use serde::{Deserialize, Serialize};

/// One way in which callers show who they are.
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
    /// A user's API key: `Authorization: Bearer`, or this query or form parameter.
    ApiKey {
        /// The parameter; without one a key is taken from the header alone.
        #[serde(default)]
        parameter: Option<String>,
        /// Another name of the parameter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        also: Option<String>,
    },
    /// A session that an action of the surface has issued.
    Session(SessionCredential),
    /// The address that the request comes from: those in the tenant's setting `api_addresses` act as the panel itself.
    Address,
    /// No credential: callers are strangers. It is the last of a list.
    None,
}

/// Where the token of a session stands: in a cookie that the host sets, or in `Authorization: Bearer` or a parameter.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionCredential {
    /// The cookie that holds the token. The host sets and clears it; no script can read it, and a request that
    /// changes something has to prove by `X-CSRF-Token` that it comes from a page that knows the session.
    pub cookie: Option<String>,
    /// Taken from `Authorization: Bearer`.
    pub bearer: bool,
    /// A query or form parameter that holds the token.
    pub parameter: Option<String>,
    /// The cookie whose text the session was bound to when it was issued, and which has to be there each time.
    pub bound: Option<String>,
}

impl Credential {
    /// The parameters that it is read from.
    pub fn parameters(&self) -> impl Iterator<Item = &str> + Clone {
        let (one, other) = match self {
            Credential::Line { username, password } => (Some(username), Some(password)),
            Credential::ApiKey { parameter, also } => (parameter.as_ref(), also.as_ref()),
            Credential::Session(session) => (session.parameter.as_ref(), None),
            Credential::Address | Credential::None => (None, None),
        };
        [one, other].into_iter().flatten().map(String::as_str)
    }

    /// Its kind, as descriptions name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Credential::Line { .. } => "line",
            Credential::ApiKey { .. } => "api_key",
            Credential::Session(_) => "session",
            Credential::Address => "address",
            Credential::None => "none",
        }
    }
}
