//! Tokens of sessions: 32 random bytes as 64 hexadecimal digits, or what a client made by itself.

use crate::Work;
use host_core::secret::Secret;
use host_core::session::{Session, SessionOutcome};
use std::ops::RangeInclusive;

/// How long a token may be that a client made, in letters and digits.
const LENGTH: RangeInclusive<usize> = 16..=64;

/// A new one; a later attempt gets the same.
pub(super) fn fresh(work: &mut Work) -> Secret {
    Secret::new(hex::encode(work.random(32)))
}

/// Notes for the host that the client goes on with this token, and gives it to the one caller who may see it.
pub(super) fn shown(work: &mut Work, session: &Session, token: Secret) -> Secret {
    let (id, expiry) = (session.id, session.expiry);
    work.session_outcome = Some(SessionOutcome::Issued { id, token: token.clone(), expiry });
    token
}

/// Whether a client's own token can be one of ours: 16 to 64 ASCII letters and digits.
pub(super) fn is_adoptable(token: &str) -> bool {
    LENGTH.contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
