//! The last seconds of a channel, shared by all its viewers, each with a place of its own.
//! Knows no sources. A viewer costs a place and a waker, whatever it does or does not read.

use crate::figures::ChannelState;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Most bytes that are kept.
const MAX_BYTES: usize = 8 << 20;
/// So much is kept for who enters, counted back from now to a place to enter.
const KEEP: Duration = Duration::from_secs(4);

/// A place where a viewer may enter.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Packets to send before.
    pub(crate) tables: Bytes,
    /// Presentation time, 90 kHz.
    pub(crate) pts: Option<u64>,
    /// It does not continue what came before it: another source, or the same one opened again.
    pub(crate) is_break: bool,
}

/// Whole packets of 50 to 200 ms.
pub(crate) struct Piece {
    /// The packets.
    pub(crate) bytes: Bytes,
    /// Set when it begins with a place to enter.
    pub(crate) entry: Option<Entry>,
    /// When it was put together, on the monotonic clock.
    pub(crate) at: Duration,
}

/// What a viewer gets next.
pub(crate) enum Turn {
    /// A piece; `true` when it does not follow the one before, so that the tables go first.
    Piece(Arc<Piece>, bool),
    /// All sources fail, and this viewer has got nothing yet.
    Down,
    /// The channel is over.
    Ended,
}

/// A viewer's place. Belongs to one ring; give it back with [`Ring::leave`].
pub(crate) struct Cursor {
    id: u64,
    next: Option<u64>,
}

/// The ring.
pub(crate) struct Ring(Mutex<Inner>);

struct Inner {
    pieces: VecDeque<Arc<Piece>>,
    first: u64,
    bytes: usize,
    viewers: HashMap<u64, Option<Waker>>,
    next_viewer: u64,
    state: ChannelState,
    empty_since: Option<Duration>,
    bytes_out: u64,
    skips: u64,
}

impl Ring {
    /// An empty ring without viewers.
    pub(crate) fn new(now: Duration) -> Ring {
        Ring(Mutex::new(Inner {
            pieces: VecDeque::new(),
            first: 0,
            bytes: 0,
            viewers: HashMap::new(),
            next_viewer: 0,
            state: ChannelState::Starting,
            empty_since: Some(now),
            bytes_out: 0,
            skips: 0,
        }))
    }

    /// A place for one more viewer, or `None` when the channel is over.
    pub(crate) fn enter(&self) -> Option<Cursor> {
        let mut inner = self.0.lock();
        if inner.state == ChannelState::Ended {
            return None;
        }
        let id = inner.next_viewer;
        inner.next_viewer += 1;
        inner.viewers.insert(id, None);
        inner.empty_since = None;
        Some(Cursor { id, next: None })
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, cursor: &Cursor, now: Duration) {
        let mut inner = self.0.lock();
        inner.viewers.remove(&cursor.id);
        if inner.viewers.is_empty() {
            inner.empty_since = Some(now);
        }
    }

    /// The next piece for a viewer.
    pub(crate) fn poll(&self, cursor: &mut Cursor, context: &mut Context<'_>) -> Poll<Turn> {
        let mut inner = self.0.lock();
        if let Some(turn) = inner.turn(cursor) {
            return Poll::Ready(turn);
        }
        if let Some(waker) = inner.viewers.get_mut(&cursor.id) {
            *waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// Adds a piece and wakes who waits for one.
    pub(crate) fn push(&self, piece: Piece) {
        let wakers = {
            let mut inner = self.0.lock();
            if inner.state == ChannelState::Ended {
                return;
            }
            inner.state = ChannelState::Flowing;
            inner.trim(piece.at, piece.bytes.len());
            inner.bytes += piece.bytes.len();
            inner.pieces.push_back(Arc::new(piece));
            inner.take_wakers()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Moves to another state; at the end, or when all sources fail, who waits is told.
    pub(crate) fn set(&self, state: ChannelState) {
        let wakers = {
            let mut inner = self.0.lock();
            if inner.state == ChannelState::Ended {
                return;
            }
            inner.state = state;
            inner.take_wakers()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends the channel if nobody has watched for so long; then nobody can enter any more.
    pub(crate) fn end_if_unwatched(&self, now: Duration, linger: Duration) -> bool {
        let mut inner = self.0.lock();
        let unwatched = inner.empty_since.is_some_and(|since| now >= since + linger);
        if unwatched {
            inner.state = ChannelState::Ended;
        }
        unwatched
    }

    /// Viewers, state, bytes handed out, skips.
    pub(crate) fn figures(&self) -> (usize, ChannelState, u64, u64) {
        let inner = self.0.lock();
        (inner.viewers.len(), inner.state, inner.bytes_out, inner.skips)
    }
}

impl Inner {
    fn turn(&mut self, cursor: &mut Cursor) -> Option<Turn> {
        match (self.state, cursor.next) {
            (ChannelState::Ended, _) => return Some(Turn::Ended),
            (ChannelState::Down, None) => return Some(Turn::Down),
            _ => {}
        }
        let place = match cursor.next {
            Some(next) if next >= self.first => next,
            // Who fell behind goes on with the newest picture; who is new gets all that is kept.
            Some(_) => self.newest_entry()?,
            None => self.oldest_entry()?,
        };
        let piece = self.pieces.get(usize::try_from(place - self.first).ok()?)?.clone();
        let follows = cursor.next == Some(place);
        if !follows && cursor.next.is_some() {
            self.skips += 1;
        }
        cursor.next = Some(place + 1);
        self.bytes_out += piece.bytes.len() as u64;
        Some(Turn::Piece(piece, !follows))
    }

    fn oldest_entry(&self) -> Option<u64> {
        self.pieces.iter().position(|piece| piece.entry.is_some()).map(|at| self.first + at as u64)
    }

    fn newest_entry(&self) -> Option<u64> {
        self.pieces.iter().rposition(|piece| piece.entry.is_some()).map(|at| self.first + at as u64)
    }

    /// Makes room: old whole groups of pictures first, and anything when there is too much.
    fn trim(&mut self, now: Duration, coming: usize) {
        let old = |piece: &Arc<Piece>| piece.entry.is_some() && piece.at + KEEP <= now;
        let stale = self.pieces.iter().rposition(old).unwrap_or(0);
        for _ in 0..stale {
            self.drop_first();
        }
        while self.bytes + coming > MAX_BYTES && self.drop_first() {}
    }

    fn drop_first(&mut self) -> bool {
        let Some(piece) = self.pieces.pop_front() else { return false };
        self.bytes -= piece.bytes.len();
        self.first += 1;
        true
    }

    fn take_wakers(&mut self) -> Vec<Waker> {
        self.viewers.values_mut().filter_map(Option::take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn piece(at_ms: u64, size: usize, is_entry: bool) -> Piece {
        let entry = is_entry.then(|| Entry { tables: Bytes::from_static(b"T"), pts: None, is_break: false });
        Piece { bytes: vec![at_ms as u8; size].into(), entry, at: Duration::from_millis(at_ms) }
    }

    fn next(ring: &Ring, cursor: &mut Cursor) -> Option<(u64, bool)> {
        match ring.poll(cursor, &mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Turn::Piece(piece, fresh)) => Some((piece.at.as_millis() as u64, fresh)),
            _ => None,
        }
    }

    #[test]
    fn who_enters_gets_the_oldest_entry_that_is_kept_and_everything_after_it() {
        let ring = Ring::new(Duration::ZERO);
        for n in 0..100 {
            ring.push(piece(n * 100, 10, n % 10 == 0));
        }
        let mut cursor = ring.enter().unwrap();
        // At 9.9 s the last entry that is at least 4 s old is at 5 s.
        assert_eq!(next(&ring, &mut cursor), Some((5_000, true)));
        for n in 51..100 {
            assert_eq!(next(&ring, &mut cursor), Some((n * 100, false)));
        }
        assert_eq!(next(&ring, &mut cursor), None);
    }

    #[test]
    fn who_falls_behind_goes_on_at_the_newest_entry_and_the_ring_stays_bounded() {
        let ring = Ring::new(Duration::ZERO);
        let mut slow = ring.enter().unwrap();
        ring.push(piece(0, 1 << 20, true));
        assert_eq!(next(&ring, &mut slow), Some((0, true)));
        for n in 1..100 {
            ring.push(piece(n, 1 << 20, n % 5 == 0));
            assert!(ring.0.lock().bytes <= MAX_BYTES);
        }
        assert_eq!(next(&ring, &mut slow), Some((95, true)));
        assert_eq!(next(&ring, &mut slow), Some((96, false)));
        assert_eq!(ring.figures().3, 1);
    }

    #[test]
    fn when_all_sources_fail_only_who_has_nothing_yet_is_told() {
        let ring = Ring::new(Duration::ZERO);
        let (mut old, mut new) = (ring.enter().unwrap(), ring.enter().unwrap());
        ring.push(piece(0, 1, true));
        assert!(next(&ring, &mut old).is_some());
        ring.set(ChannelState::Down);
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(ring.poll(&mut new, &mut context), Poll::Ready(Turn::Down)));
        assert!(ring.poll(&mut old, &mut context).is_pending());
        ring.set(ChannelState::Ended);
        assert!(matches!(ring.poll(&mut old, &mut context), Poll::Ready(Turn::Ended)));
        assert!(ring.enter().is_none());
    }

    #[test]
    fn a_channel_ends_only_after_nobody_watched_for_the_whole_linger() {
        let second = Duration::from_secs(1);
        let ring = Ring::new(Duration::ZERO);
        let cursor = ring.enter().unwrap();
        assert!(!ring.end_if_unwatched(60 * second, second));
        ring.leave(&cursor, 60 * second);
        assert!(!ring.end_if_unwatched(60 * second, second));
        assert!(ring.end_if_unwatched(61 * second, second));
        assert!(ring.enter().is_none());
    }
}
