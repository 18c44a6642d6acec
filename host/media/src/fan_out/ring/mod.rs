//! The last seconds of a channel, shared by all its viewers, each with a place of its own. A viewer
//! costs a place and a waker, whatever it does or does not read.

use crate::budget::{Budget, Share};
use crate::metrics::ChannelState;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Beyond this number of bytes only what a newcomer needs is kept: the newest whole group of pictures, and
/// the one that is arriving.
const PLENTY: usize = 8 << 20;
/// Most bytes that are kept, whatever newcomers need.
const MAX_BYTES: usize = 48 << 20;
/// How far behind live a new viewer starts: at the first key frame within this span.
const KEEP: Duration = Duration::from_secs(4);
/// Nothing older is kept, whatever newcomers need.
const MAX_AGE: Duration = Duration::from_secs(60);

/// A place where a viewer may enter.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Packets to send before.
    pub(crate) tables: Bytes,
    /// Presentation time, 90 kHz.
    pub(crate) pts: Option<u64>,
    /// It does not continue what came before it: another source, or the same one opened again.
    pub(crate) is_break: bool,
    /// It is a place for want of a better one; who can enter elsewhere does not enter here.
    pub(crate) is_soft: bool,
}

/// Whole packets of 50 to 200 ms.
pub(crate) struct Piece {
    /// The packets.
    pub(crate) bytes: Bytes,
    /// Set when it begins with a place to enter.
    pub(crate) entry: Option<Entry>,
    /// The program's clock at its start, 90 kHz.
    pub(crate) clock: Option<u64>,
    /// When it was put together, on the monotonic clock.
    pub(crate) at: Duration,
}

/// What a viewer gets next.
pub(crate) enum Turn {
    /// A piece; `true` when it does not follow the one before, so that the tables go first.
    Piece(Arc<Piece>, bool),
    /// All sources fail, and this viewer has got nothing yet. Where what they send can never be played,
    /// the reason.
    Down(Option<&'static str>),
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
    share: Share,
    viewers: HashMap<u64, Option<Waker>>,
    next_viewer: u64,
    state: ChannelState,
    unplayable: Option<&'static str>,
    empty_since: Option<Duration>,
    bytes_out: u64,
    skips: u64,
}

impl Ring {
    /// An empty ring without viewers, which takes its memory from a budget.
    pub(crate) fn new(now: Duration, budget: &Arc<Budget>) -> Ring {
        Ring(Mutex::new(Inner {
            pieces: VecDeque::new(),
            first: 0,
            share: budget.join(),
            viewers: HashMap::new(),
            next_viewer: 0,
            state: ChannelState::Starting,
            unplayable: None,
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
            inner.share.take(piece.bytes.len());
            inner.pieces.push_back(Arc::new(piece));
            inner.take_wakers()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// All sources failed; who waits is told, and why where what they send can never be played.
    pub(crate) fn down(&self, unplayable: Option<&'static str>) {
        self.set(ChannelState::Down, unplayable);
    }

    /// The channel is over; who waits is told.
    pub(crate) fn end(&self) {
        self.set(ChannelState::Ended, None);
    }

    fn set(&self, state: ChannelState, unplayable: Option<&'static str>) {
        let wakers = {
            let mut inner = self.0.lock();
            if inner.state == ChannelState::Ended {
                return;
            }
            inner.state = state;
            inner.unplayable = unplayable;
            inner.take_wakers()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends the channel if nobody has watched for as long as `linger`; then nobody can enter any more.
    pub(crate) fn end_if_unwatched(&self, now: Duration, linger: Duration) -> bool {
        let mut inner = self.0.lock();
        let unwatched = inner.empty_since.is_some_and(|since| now >= since + linger);
        if unwatched {
            inner.state = ChannelState::Ended;
        }
        unwatched
    }

    /// What arrives now, in kbit a second: of the last seconds.
    pub(crate) fn rate(&self) -> u32 {
        let inner = self.0.lock();
        let (Some(first), Some(last)) = (inner.pieces.front(), inner.pieces.back()) else { return 0 };
        let bytes: usize = inner.pieces.iter().skip(1).map(|piece| piece.bytes.len()).sum();
        let passed = last.at.saturating_sub(first.at).as_millis();
        u32::try_from((bytes as u128 * 8).checked_div(passed).unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// A beginning for somebody who looks: from the first place to enter on, with its tables; empty without one.
    pub(crate) fn beginning(&self) -> Vec<Bytes> {
        let inner = self.0.lock();
        let begin = inner.pieces.iter().position(|piece| piece.entry.is_some());
        let kept = inner.pieces.iter().skip(begin.unwrap_or(usize::MAX));
        let tables = kept.clone().find_map(|piece| piece.entry.as_ref()).map(|entry| entry.tables.clone());
        tables.into_iter().chain(kept.map(|piece| piece.bytes.clone())).collect()
    }

    /// Drops what stands before the newest place to enter; how many bytes that were. Who was behind goes on there.
    pub(crate) fn clear(&self) -> usize {
        let mut inner = self.0.lock();
        let before = inner.share.held();
        if let Some(newest) = inner.newest_entry() {
            (inner.first..newest).for_each(|_| inner.drop_first());
        }
        before - inner.share.held()
    }

    /// Viewers, state, bytes handed out, skips.
    pub(crate) fn metrics(&self) -> (usize, ChannelState, u64, u64) {
        let inner = self.0.lock();
        (inner.viewers.len(), inner.state, inner.bytes_out, inner.skips)
    }
}

impl Inner {
    fn turn(&mut self, cursor: &mut Cursor) -> Option<Turn> {
        match (self.state, cursor.next) {
            (ChannelState::Ended, _) => return Some(Turn::Ended),
            (ChannelState::Down, None) => return Some(Turn::Down(self.unplayable)),
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
        let counts = self.counting();
        self.pieces.iter().position(counts).map(|at| self.first + at as u64)
    }

    fn newest_entry(&self) -> Option<u64> {
        let counts = self.counting();
        self.pieces.iter().rposition(counts).map(|at| self.first + at as u64)
    }

    /// Which pieces may be entered at: where there is a key frame, soft places do not count.
    fn counting(&self) -> impl Fn(&Arc<Piece>) -> bool + use<> {
        let has_key = self.pieces.iter().filter_map(|piece| piece.entry.as_ref()).any(|entry| !entry.is_soft);
        move |piece| piece.entry.as_ref().is_some_and(|entry| !(has_key && entry.is_soft))
    }

    /// Makes room: old whole groups of pictures first, and anything when there is too much.
    fn trim(&mut self, now: Duration, coming: usize) {
        let counts = self.counting();
        let stale = self.pieces.iter().rposition(|piece| counts(piece) && piece.at + KEEP <= now).unwrap_or(0);
        (0..stale).for_each(|_| self.drop_first());
        // One whole group stays behind the one that arrives, so that who is a little late skips nothing.
        while self.share.held() + coming > PLENTY.min(self.share.most()) {
            let mut places = (0_usize..).zip(&self.pieces).filter(|(_, piece)| counts(piece)).map(|(at, _)| at);
            let whole = places.by_ref().find(|at| *at > 0);
            let (Some(whole), Some(_)) = (whole, places.next()) else { break };
            (0..whole).for_each(|_| self.drop_first());
        }
        let is_too_old = |piece: &Arc<Piece>| piece.at + MAX_AGE < now;
        while self.share.held() + coming > MAX_BYTES.min(self.share.most()) && !self.pieces.is_empty()
            || self.pieces.front().is_some_and(is_too_old)
        {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(piece) = self.pieces.pop_front() {
            self.share.give(piece.bytes.len());
            self.first += 1;
        }
    }

    fn take_wakers(&mut self) -> Vec<Waker> {
        self.viewers.values_mut().filter_map(Option::take).collect()
    }
}

#[cfg(test)]
mod tests;
