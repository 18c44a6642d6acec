//! The clock of one call: it stands still while the guest waits for the host. A guest that is too
//! slow is at fault; a host that is too slow is busy.

use crate::limits::Time;
use parking_lot::Mutex;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;
use tokio::time::Instant;

/// Why a call did not end in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// The guest used up its own wall time.
    Guest,
    /// The host did not answer it in time.
    Host,
}

/// How long one call has waited for the host. It waits for one answer at a time.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<Waited>);

#[derive(Debug, Default)]
struct Waited {
    /// In waits that are over.
    before: Duration,
    /// When the wait began that is not.
    since: Option<Instant>,
}

/// A wait; over when it is dropped.
struct Wait<'w>(&'w Waits);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.with(|waited| {
            let since = waited.since.take();
            waited.before += since.map_or(Duration::ZERO, |since| since.elapsed());
        });
    }
}

impl Waits {
    /// Asks the host. Only what is not answered at once is a wait, and costs a look at the clock.
    pub(crate) async fn during<T>(&self, host: impl Future<Output = T>) -> T {
        let (mut host, mut wait) = (pin!(host), None);
        poll_fn(|context| {
            let polled = host.as_mut().poll(context);
            if polled.is_pending() {
                wait.get_or_insert_with(|| self.begin());
            }
            polled
        })
        .await
    }

    /// Runs a guest until it has used up its own time, or all of it with what it waited.
    pub(crate) async fn within<T>(&self, time: Time, guest: impl Future<Output = T>) -> Result<T, Late> {
        let begun = Instant::now();
        let mut guest = pin!(guest);
        let mut alarm = pin!(tokio::time::sleep(time.wall.min(time.all)));
        loop {
            tokio::select! {
                biased;
                answered = &mut guest => return Ok(answered),
                () = &mut alarm => {}
            }
            let next = time.judge(begun.elapsed(), self.total())?;
            alarm.as_mut().reset(begun + next);
        }
    }

    fn begin(&self) -> Wait<'_> {
        self.with(|waited| waited.since = Some(Instant::now()));
        Wait(self)
    }

    fn total(&self) -> Duration {
        self.with(|waited| waited.before + waited.since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Waited) -> T) -> T {
        look(&mut self.0.lock())
    }
}

impl Time {
    /// Who is late after `elapsed`, of which the host has taken `waited`; or else when to ask again.
    fn judge(self, elapsed: Duration, waited: Duration) -> Result<Duration, Late> {
        let own = elapsed.saturating_sub(waited);
        match () {
            () if own >= self.wall => Err(Late::Guest),
            () if elapsed >= self.all => Err(Late::Host),
            () => Ok((elapsed + (self.wall - own)).min(self.all)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const AGES: Duration = Duration::from_secs(3_600);
    const SOON: Duration = Duration::from_millis(20);

    fn time(wall: Duration, all: Duration) -> Time {
        Time { ticks: 0, wall, all }
    }

    #[test]
    fn what_the_host_lets_it_wait_is_not_the_guests_time() {
        let seconds = Duration::from_secs;
        let judge = |elapsed, waited| time(seconds(2), seconds(10)).judge(seconds(elapsed), seconds(waited));
        assert_eq!(judge(2, 0), Err(Late::Guest));
        assert_eq!(judge(2, 1), Ok(seconds(3)), "one second of its own is left");
        assert_eq!(judge(9, 9), Ok(seconds(10)), "and no more than is left in all");
        assert_eq!(judge(9, 7), Err(Late::Guest));
        assert_eq!(judge(10, 9), Err(Late::Host));
        assert_eq!(judge(10, 8), Err(Late::Guest), "when both are, it is the guest");
    }

    #[tokio::test]
    async fn a_host_that_never_answers_is_late_and_a_guest_that_never_ends_is() {
        let waits = Waits::default();
        assert_eq!(waits.within(time(AGES, SOON), waits.during(pending::<()>())).await, Err(Late::Host));
        let waits = Waits::default();
        assert_eq!(waits.within(time(SOON, AGES), pending::<()>()).await, Err(Late::Guest));
    }

    #[tokio::test]
    async fn only_an_answer_that_is_not_there_is_a_wait() {
        let waits = Waits::default();
        assert_eq!(waits.during(async { 7 }).await, 7);
        assert_eq!(waits.total(), Duration::ZERO);
        let asked = waits.during(tokio::task::yield_now());
        assert_eq!(waits.within(time(AGES, AGES), asked).await, Ok(()));
        let waited = waits.total();
        assert!(waited > Duration::ZERO);
        assert_eq!(waits.total(), waited, "the wait is over");
    }
}
