//! A call of a guest while it runs.

use crate::limits::Time;
use crate::loaded::Ended;
use crate::route::ActivePlugin;
use crate::state::CallState;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// A call that runs in a fresh instance, on whichever thread polls it. The time for which it is polled is its
/// plugin's, also when nobody waits for its end.
pub(super) struct Running {
    active: Arc<ActivePlugin>,
    call: Pin<Box<dyn Future<Output = Ended> + Send>>,
}

impl Running {
    /// Of the action with this label.
    pub(super) fn new(
        active: Arc<ActivePlugin>,
        state: CallState,
        time: Time,
        action: Arc<str>,
        parameters: String,
    ) -> Running {
        let loaded = Arc::clone(&active.loaded);
        let call = Box::pin(async move { loaded.answer(state, time, &action, &parameters).await });
        Running { active, call }
    }
}

impl Future for Running {
    type Output = Ended;

    #[expect(clippy::disallowed_methods, reason = "how long a plugin really ran is what is metered")]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ended> {
        let begun = Instant::now();
        let polled = self.call.as_mut().poll(context);
        self.active.counters.ran(begun.elapsed());
        polled
    }
}
