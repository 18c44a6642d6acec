//! How long a connection waits for its client: for a request, for the rest of one, for the client
//! to read on. Pure: it is told what happened and when.

use crate::config::Patience;
use tokio::time::Instant;

/// What HTTP/2 begins with.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// What a client took too long for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Late {
    /// It asked for nothing.
    Idle,
    /// It began a request and did not finish its head.
    Head,
    /// It does not take what it asked for.
    Stalled,
    /// It ended its sending side, and there was nothing for so long that would show whether it is still there.
    Left,
}

/// The state of one connection.
pub(super) struct Pace {
    patience: Patience,
    is_http2: bool,
    /// Requests until now.
    begun: u64,
    /// Requests that are being answered.
    open: u32,
    /// Of these, the ones whose next bytes have to come from us.
    ours: u32,
    /// Since when the client is waited for, when it is.
    since: Instant,
    /// When the first byte of a request came whose head is not whole yet.
    head_since: Option<Instant>,
    /// Since when there are bytes that the socket does not take.
    blocked_since: Option<Instant>,
    /// Since when it has ended its sending side, or since it took something after that.
    left_since: Option<Instant>,
    /// Bytes of HTTP/2 that came and were not answered yet, as far as these answer themselves.
    to_echo: usize,
}

impl Pace {
    pub(super) fn new(patience: Patience, now: Instant) -> Pace {
        let (head_since, blocked_since, left_since) = (None, None, None);
        Pace {
            patience,
            is_http2: false,
            begun: 0,
            open: 0,
            ours: 0,
            since: now,
            head_since,
            blocked_since,
            left_since,
            to_echo: 0,
        }
    }

    /// Bytes came.
    pub(super) fn received(&mut self, bytes: &[u8], now: Instant) {
        if self.begun == 0 && self.head_since.is_none() {
            self.is_http2 |= bytes.starts_with(HTTP2_PREFACE);
        }
        if self.is_http2 {
            // Between requests they seldom begin one.
            self.to_echo = self.to_echo.saturating_add(bytes.len());
        } else if self.open == 0 && !bytes.is_empty() {
            self.head_since.get_or_insert(now);
        }
    }

    /// A request is whole but for its body, and is being answered.
    pub(super) fn began(&mut self) {
        self.begun += 1;
        self.open += 1;
        self.ours += 1;
        self.head_since = None;
    }

    /// What one answer has to say next is the client's to fetch.
    pub(super) fn handed_over(&mut self, now: Instant) {
        self.ours = self.ours.saturating_sub(1);
        self.since = now;
        // What came before was a request and its body.
        self.to_echo = 0;
    }

    /// The client took all there is of one answer, and we have to find more.
    pub(super) fn handed_back(&mut self) {
        self.ours += 1;
    }

    /// The client has ended its sending side. Whether it is being answered; one of HTTP/2 that says no more
    /// cannot take an answer either.
    pub(super) fn left(&mut self, now: Instant) -> bool {
        self.left_since.get_or_insert(now);
        self.open > 0 && !self.is_http2
    }

    /// An answer is over; `was_ours` when it ended with us having to say more. Whether the client has ended
    /// its sending side.
    pub(super) fn ended(&mut self, was_ours: bool, now: Instant) -> bool {
        self.open = self.open.saturating_sub(1);
        self.ours = self.ours.saturating_sub(u32::from(was_ours));
        self.since = now;
        self.left_since.is_some()
    }

    /// The socket took so many bytes. Frames of HTTP/2 that only answer a frame of the client, such as
    /// the one to a PING, are never longer than it: a client that has us write nothing else takes
    /// nothing that it asked for.
    pub(super) fn took(&mut self, bytes: usize, now: Instant) {
        self.blocked_since = None;
        self.left_since = self.left_since.map(|_| now);
        let echoed = bytes.min(self.to_echo);
        self.to_echo -= echoed;
        if bytes > echoed {
            self.since = now;
        }
    }

    /// The socket takes no more bytes until it has sent some.
    pub(super) fn blocked(&mut self, now: Instant) {
        self.blocked_since.get_or_insert(now);
    }

    /// The socket has nothing left to take.
    pub(super) fn flushed(&mut self) {
        self.blocked_since = None;
    }

    /// Requests until now.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether there are bytes that the socket does not take.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked_since.is_some()
    }

    /// Until when the client may make us wait, when it does.
    pub(super) fn due(&self) -> Option<(Instant, Late)> {
        let patience = &self.patience;
        if let Some(since) = self.head_since {
            return Some((since + patience.head, Late::Head));
        }
        let blocked = self.blocked_since.map(|since| (since + patience.stall, Late::Stalled));
        let waited_for = match (self.open, self.ours) {
            (0, _) => Some((self.since + patience.idle, Late::Idle)),
            (_, 0) => Some((self.since + patience.stall, Late::Stalled)),
            _ => None,
        };
        let left = self.left_since.filter(|_| self.open > 0).map(|since| (since + patience.left, Late::Left));
        blocked.into_iter().chain(waited_for).chain(left).min_by_key(|(due, _)| *due)
    }

    /// When to look again while the client is not waited for; no [`Pace::due`] that begins later
    /// is before this.
    pub(super) fn look_again(&self, now: Instant) -> Instant {
        now + self.patience.idle.min(self.patience.stall).min(self.patience.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace() -> (Pace, Instant) {
        let now = Instant::now();
        (Pace::new(Patience::default(), now), now)
    }

    #[test]
    fn a_client_may_be_idle_for_a_minute_and_take_ten_seconds_for_a_head() {
        let (mut pace, start) = pace();
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Idle)));
        pace.received(b"GE", start + 50 * SECOND);
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Head)));
        pace.received(b"T / HT", start + 55 * SECOND);
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Head)), "more of it wins no time");
        pace.began();
        assert_eq!(pace.due(), None, "it is our turn");
        pace.handed_over(start + 56 * SECOND);
        pace.took(100, start + 57 * SECOND);
        pace.ended(false, start + 58 * SECOND);
        assert_eq!(pace.due(), Some((start + 118 * SECOND, Late::Idle)));
    }

    #[test]
    fn a_client_that_takes_nothing_is_stalled_whoever_holds_the_bytes() {
        let (mut pace, start) = pace();
        pace.began();
        pace.handed_over(start + SECOND);
        assert_eq!(pace.due(), Some((start + 61 * SECOND, Late::Stalled)), "it does not ask for more");
        pace.took(100, start + 2 * SECOND);
        pace.handed_back();
        assert_eq!(pace.due(), None, "there is no more");
        pace.blocked(start + 3 * SECOND);
        pace.blocked(start + 9 * SECOND);
        assert_eq!(pace.due(), Some((start + 63 * SECOND, Late::Stalled)), "the socket is full");
        pace.ended(true, start + 10 * SECOND);
        assert_eq!(pace.due(), Some((start + 63 * SECOND, Late::Stalled)), "the end of it stands in the socket");
        pace.took(100, start + 11 * SECOND);
        assert_eq!(pace.due(), Some((start + 71 * SECOND, Late::Idle)));
    }

    #[test]
    fn a_client_that_ended_its_sending_side_is_answered_for_as_long_as_there_is_something_to_send() {
        let (mut pace, start) = pace();
        assert!(!pace.left(start), "it has asked for nothing");
        let (mut pace, start) = (Pace::new(Patience::default(), start), start);
        pace.began();
        assert!(pace.left(start + SECOND) && pace.left(start + 2 * SECOND));
        assert_eq!(pace.due(), Some((start + 16 * SECOND, Late::Left)), "it may have hung up");
        pace.took(100, start + 10 * SECOND);
        assert_eq!(pace.due(), Some((start + 25 * SECOND, Late::Left)));
        assert!(pace.ended(true, start + 11 * SECOND));
        assert!(!pace.left(start + 11 * SECOND));
    }

    #[test]
    fn answers_that_run_beside_each_other_are_stalled_when_all_are() {
        let (mut pace, start) = pace();
        pace.began();
        pace.began();
        pace.handed_over(start);
        assert_eq!(pace.due(), None);
        pace.handed_over(start + SECOND);
        assert_eq!(pace.due(), Some((start + 61 * SECOND, Late::Stalled)));
        pace.ended(false, start + 2 * SECOND);
        assert_eq!(pace.due(), Some((start + 62 * SECOND, Late::Stalled)));
    }

    #[test]
    fn frames_between_the_requests_of_http2_are_no_request_that_begins() {
        let (mut pace, start) = pace();
        pace.received(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", start);
        pace.received(&[0; 9], start + SECOND);
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Idle)));
    }

    /// A connection of HTTP/2 after its preface and our settings.
    fn http2() -> (Pace, Instant) {
        let (mut pace, start) = pace();
        pace.received(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", start);
        pace.took(100, start);
        (pace, start)
    }

    #[test]
    fn a_client_of_http2_that_only_sends_pings_is_idle() {
        let (mut pace, start) = http2();
        for at in [20, 40] {
            pace.received(&[0; 17], start + at * SECOND);
            pace.took(17, start + at * SECOND);
        }
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Idle)));
        pace.received(&[0; 17_000], start + 50 * SECOND);
        pace.blocked(start + 51 * SECOND);
        assert_eq!(pace.due(), Some((start + 60 * SECOND, Late::Idle)), "nor does it win time by reading nothing");
    }

    #[test]
    fn a_client_of_http2_that_sends_pings_and_takes_no_answer_is_stalled() {
        let (mut pace, start) = http2();
        pace.began();
        pace.handed_over(start + SECOND);
        pace.took(60_000, start + 2 * SECOND);
        pace.received(&[0; 17], start + 30 * SECOND);
        pace.took(17, start + 30 * SECOND);
        assert_eq!(pace.due(), Some((start + 62 * SECOND, Late::Stalled)));
        pace.received(&[0; 13], start + 40 * SECOND);
        pace.took(16_384, start + 40 * SECOND);
        assert_eq!(pace.due(), Some((start + 100 * SECOND, Late::Stalled)), "it reads on");
    }
}
