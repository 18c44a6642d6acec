//! A session: a sign-in that goes on by a token, on the surface that issued it. Only the token's digest is kept.

use crate::secret::Secret;
use crate::time::Unix;
use crate::{ApiKeyId, LineId, SessionId, UserId, Version};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The longest that a session lasts from its issue, in seconds: 400 days.
pub const LONGEST: i64 = 400 * 86_400;
/// How long one lasts when nobody says how long, in seconds: 30 days.
pub const USUAL: i64 = 30 * 86_400;
/// Most sessions of one holder on one surface that last at a time.
pub const MOST: usize = 64;
/// Most characters of what a session is bound to.
pub const BOUND_LENGTH: usize = 256;

/// Whose session it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A user's.
    User(UserId),
    /// A line's.
    Line(LineId),
}

/// A sign-in that goes on; its token is shown once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// The surface that it is good on, and no other.
    pub surface: String,
    /// Whose it is.
    pub holder: Holder,
    /// The key that it was issued to: it is good where and as long as the key is.
    pub key: Option<ApiKeyId>,
    /// SHA-256 of the token.
    #[serde(skip)]
    pub digest: [u8; 32],
    /// What has to be shown beside the token each time; at most [`BOUND_LENGTH`] characters.
    pub bound: Option<String>,
    /// When it was issued.
    pub created_at: Unix,
    /// When it ends: at most [`LONGEST`] seconds after its issue, and at that second it is over.
    pub expiry: Unix,
}

impl Session {
    /// Whether its token may be used on this surface, with this shown beside it, now. What it is bound to is
    /// compared in constant time; a session that is bound to nothing takes whatever is shown.
    pub fn is_usable(&self, surface: &str, bound: Option<&str>, now: Unix) -> bool {
        let is_shown = match (&self.bound, bound) {
            (None, _) => true,
            (Some(kept), Some(shown)) => kept.as_bytes().ct_eq(shown.as_bytes()).into(),
            (Some(_), None) => false,
        };
        is_shown && self.surface == surface && !self.is_over(now)
    }

    /// Whether its end has come.
    pub fn is_over(&self, now: Unix) -> bool {
        self.expiry <= now
    }
}

/// What a call did to the session of its client: by this the host sets a cookie, or takes it away.
#[derive(Clone, Debug)]
pub enum SessionOutcome {
    /// The client goes on with this token.
    Issued {
        /// Which session.
        id: SessionId,
        /// Its token, in the clear.
        token: Secret,
        /// When it ends.
        expiry: Unix,
    },
    /// The client's session is over.
    Ended,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(bound: Option<&str>) -> Session {
        Session {
            id: SessionId(1),
            version: Version(1),
            surface: "console".into(),
            holder: Holder::User(UserId(1)),
            key: None,
            digest: [7; 32],
            bound: bound.map(str::to_owned),
            created_at: Unix(100),
            expiry: Unix(200),
        }
    }

    #[test]
    fn a_session_of_one_surface_is_nobody_on_another() {
        assert!(session(None).is_usable("console", None, Unix(150)));
        assert!(!session(None).is_usable("portal", None, Unix(150)));
    }

    #[test]
    fn a_session_is_over_at_the_second_of_its_end() {
        assert!(session(None).is_usable("console", None, Unix(199)));
        assert!(!session(None).is_usable("console", None, Unix(200)));
    }

    #[test]
    fn what_a_session_is_bound_to_is_shown_each_time() {
        let box_alone = session(Some("00:1A:79:00:00:01"));
        assert!(box_alone.is_usable("console", Some("00:1A:79:00:00:01"), Unix(150)));
        for shown in [None, Some(""), Some("00:1A:79:00:00:02"), Some("00:1A:79:00:00:01 ")] {
            assert!(!box_alone.is_usable("console", shown, Unix(150)), "{shown:?}");
        }
        assert!(session(None).is_usable("console", Some("whatever"), Unix(150)));
    }

    #[test]
    fn neither_the_document_nor_what_is_printed_shows_a_token() {
        let document = serde_json::to_value(session(None)).unwrap();
        assert_eq!(document["holder"], serde_json::json!({ "user": 1 }));
        assert!(document.get("digest").is_none());
        let issued = SessionOutcome::Issued { id: SessionId(1), token: Secret::new("abc123"), expiry: Unix(200) };
        assert!(!format!("{issued:?}").contains("abc123"));
    }
}
