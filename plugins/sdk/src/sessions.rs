//! Sessions: sign-ins that go on by a token, on the surface of the action. Where a surface keeps its session in a
//! cookie, the host sets and removes it by itself.

use crate::bindings::linecard::sessions::sessions as host;
use crate::{Refusal, written};
use serde::Serialize;

/// What is asked of a new session; what is `None` is the host's default.
#[derive(Clone, Default, Serialize)]
pub struct Options {
    /// How long it lasts: 1 to 34,560,000 seconds, otherwise 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// What has to be shown beside the token each time, at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// A token of 16 to 64 ASCII letters and digits that the client made and would like to go on using.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Issues a session to the caller, who signed in by something else. The answer is its token, shown this once.
pub fn issue(options: &Options) -> Result<String, Refusal> {
    Ok(host::issue(&written(options))?)
}

/// Signs a stranger in as a user by name and password, and issues a session to them. The answer is its token; this
/// call goes on as a stranger's.
pub fn sign_in(username: &str, password: &str, options: &Options) -> Result<String, Refusal> {
    Ok(host::sign_in(username, password, &written(options))?)
}

/// Gives the session that this call came with a new token. The old one stops when the call is committed.
pub fn rotate() -> Result<String, Refusal> {
    Ok(host::rotate()?)
}

/// Ends the session that this call came with.
pub fn end() -> Result<(), Refusal> {
    Ok(host::end()?)
}

/// Ends all sessions of the caller on this surface.
pub fn end_all() -> Result<(), Refusal> {
    Ok(host::end_all()?)
}
