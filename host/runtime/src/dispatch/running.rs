//! The guests of a call while they run, one after the other: each in a fresh instance, all with one attempt and one budget.

use crate::loaded::Ended;
use crate::route::ActivePlugin;
use crate::state::{Asked, CallState};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

/// One guest of a call: which plugin, and what it is asked.
pub(super) struct Link {
    pub(super) active: Arc<ActivePlugin>,
    pub(super) asked: Asked,
    /// `surface/name`.
    pub(super) label: Arc<str>,
    pub(super) parameters: String,
}

/// Runs the guests of a call. The attempt, what is left of the meter, and what the host holds go from one to the next; the
/// answer is the last one's, or the first that is no success.
pub(super) async fn run(before: Vec<Link>, last: Link, mut state: CallState) -> Ended {
    for link in before {
        let (after, answered) = link.run(state).await;
        match answered {
            Ok(Ok(_)) => state = after,
            ended => return (after, ended),
        }
    }
    last.run(state).await
}

impl Link {
    /// Runs the guest. The time for which it is polled is its plugin's, also when nobody waits for its end.
    #[expect(clippy::disallowed_methods, reason = "how long a plugin really ran is what is metered")]
    async fn run(self, state: CallState) -> Ended {
        let Link { active, asked, label, parameters } = self;
        let state = for_guest(state, &active, asked);
        let mut call = pin!(active.loaded.answer(state, &label, &parameters));
        poll_fn(|context| {
            let begun = Instant::now();
            let polled = call.as_mut().poll(context);
            active.counters.ran(begun.elapsed());
            polled
        })
        .await
    }
}

/// What a call has come to, for its next guest: with that one's grant, collections and log.
fn for_guest(state: CallState, active: &ActivePlugin, asked: Asked) -> CallState {
    CallState {
        meter: state.meter.for_another(),
        grant: Arc::clone(&active.grant),
        collections: Arc::clone(&active.loaded.collections),
        log: Arc::clone(&active.log),
        asked: Some(asked),
        refused: None,
        listing: None,
        printed: None,
        ..state
    }
}
