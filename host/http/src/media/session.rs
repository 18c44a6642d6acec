//! HLS players: the seat of each is held here between its requests, for as long as it comes back.
//! Refuses to know playlists and who may start one.

use host_core::lease::Lease;
use host_core::{StreamId, TenantId};
use host_engine::{Ended, Seat};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// For so long a player whose seat somebody ended is told so, before it may start again.
const REMEMBERED: Duration = Duration::from_secs(10);
/// Sessions between two looks for ones that are over.
const SWEEP_EVERY: usize = 256;

/// A session's name: whose panel, and the keyed hash of line, stream, address and agent.
pub(crate) type Name = (TenantId, u64);

struct Session {
    seat: Arc<Seat>,
    stream: StreamId,
    /// When it was first seen to be over.
    over_since: Option<Duration>,
}

/// What is known of a session.
pub(crate) enum Standing {
    /// It holds its seat, which was just renewed.
    Held(Arc<Seat>),
    /// Somebody ended it a moment ago.
    Ended,
    /// Nothing, or it went by itself: it may start.
    Unknown,
}

/// The sessions of all HLS players.
#[derive(Default)]
pub(crate) struct Sessions {
    sessions: Mutex<HashMap<Name, Session>>,
}

impl Sessions {
    /// Keeps the seat of a session that starts.
    pub(crate) fn begin(&self, name: Name, stream: StreamId, seat: Arc<Seat>, now: Duration) {
        let mut sessions = self.sessions.lock();
        if sessions.len() % SWEEP_EVERY == SWEEP_EVERY - 1 {
            sessions.retain(|_, session| !session.is_forgotten(now));
        }
        sessions.insert(name, Session { seat, stream, over_since: None });
    }

    /// The lease of a session of a stream. Asking does not keep its seat.
    pub(crate) fn lease(&self, name: Name, stream: StreamId) -> Option<Lease> {
        let sessions = self.sessions.lock();
        sessions.get(&name).filter(|session| session.stream == stream)?.seat.lease()
    }

    /// How a session of a stream stands; asking keeps its seat.
    pub(crate) fn standing(&self, name: Name, stream: StreamId, now: Duration) -> Standing {
        let mut sessions = self.sessions.lock();
        let Some(session) = sessions.get_mut(&name).filter(|session| session.stream == stream) else {
            return Standing::Unknown;
        };
        if session.seat.is_ended().is_none() && session.seat.renew() {
            return Standing::Held(Arc::clone(&session.seat));
        }
        let was_ended = matches!(session.seat.is_ended(), Some(Ended::Killed | Ended::Oldest));
        if was_ended && !session.is_forgotten(now) {
            session.over_since.get_or_insert(now);
            return Standing::Ended;
        }
        sessions.remove(&name);
        Standing::Unknown
    }
}

impl Session {
    fn is_forgotten(&self, now: Duration) -> bool {
        self.seat.is_ended().is_some_and(|ended| match ended {
            Ended::Killed | Ended::Oldest => {
                self.over_since.is_some_and(|since| now.saturating_sub(since) >= REMEMBERED)
            }
            Ended::Closed | Ended::TakenOver | Ended::Expired => true,
        })
    }
}
