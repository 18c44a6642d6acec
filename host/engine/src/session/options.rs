//! What is asked of a new session.

use super::token::is_adoptable;
use crate::Result;
use crate::document::Options;
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::{BOUND_LENGTH, LONGEST, USUAL};
use serde_json::{Map, Value};

const FIELDS: &[(&str, CallerRole)] =
    &[("seconds", CallerRole::Stranger), ("bound", CallerRole::Stranger), ("token", CallerRole::Stranger)];

/// What is asked of a new session.
pub(super) struct Wish {
    /// How long it lasts, in seconds.
    pub(super) seconds: i64,
    /// What has to be shown beside its token.
    pub(super) bound: Option<String>,
    /// The token that the client would like to go on using. One that can be nobody's is not among these.
    pub(super) token: Option<Secret>,
}

impl Wish {
    /// Reads `{"seconds","bound","token"}`.
    ///
    /// # Errors
    /// `invalid_input`.
    pub(super) fn read(options: &Map<String, Value>) -> Result<Wish> {
        let options = Options::checked(options, FIELDS, CallerRole::Stranger)?;
        let seconds = options.get::<Option<i64>>("seconds")?.flatten().unwrap_or(USUAL);
        if !(1..=LONGEST).contains(&seconds) {
            let message = format!("A session lasts from 1 to {LONGEST} seconds.");
            return Err(Refusal::field(Code::InvalidInput, "seconds", message).into());
        }
        let bound = options.text("bound")?;
        if bound.as_ref().is_some_and(|bound| bound.chars().count() > BOUND_LENGTH) {
            let message = format!("A session is bound to a text of at most {BOUND_LENGTH} characters.");
            return Err(Refusal::field(Code::InvalidInput, "bound", message).into());
        }
        let token = options.text("token")?.map(Secret::new).filter(|token| is_adoptable(token.reveal()));
        Ok(Wish { seconds, bound, token })
    }
}
