//! One viewer of a channel, as a stream of bytes. Dropping it leaves the channel.

use super::ring::{Cursor, Piece, Ring, Turn};
use crate::MediaError;
use crate::metrics::ChannelState;
use bytes::Bytes;
use futures_util::Stream;
use host_core::port::Clock;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Whole transport stream packets from a place where a decoder may begin. A viewer that reads too
/// slowly skips to the newest such place. Ends when the channel does: stopped, restarted, or all
/// sources silent for too long.
pub struct Viewer {
    ring: Arc<Ring>,
    clock: Arc<dyn Clock>,
    cursor: Cursor,
    /// At most the tables and one piece.
    held: VecDeque<Bytes>,
}

impl Viewer {
    /// Enters a channel; `None` when it is over.
    pub(crate) fn enter(ring: &Arc<Ring>, clock: &Arc<dyn Clock>) -> Option<Viewer> {
        let cursor = ring.enter()?;
        Some(Viewer { ring: ring.clone(), clock: clock.clone(), cursor, held: VecDeque::new() })
    }

    /// Waits until there is something to send, and keeps it for the first read.
    pub(crate) async fn begin(&mut self) -> Result<(), MediaError> {
        match poll_fn(|context| self.ring.poll(&mut self.cursor, context)).await {
            Turn::Piece(piece, is_fresh) => {
                let first = self.take(&piece, is_fresh);
                self.held.push_front(first);
                Ok(())
            }
            over => Err(trouble(&over)),
        }
    }

    /// Whether the channel is over.
    pub(crate) fn has_ended(&self) -> bool {
        self.ring.metrics().1 == ChannelState::Ended
    }

    /// The next piece as the segmenter needs it, and whether it does not follow the one before.
    pub(crate) async fn piece(&mut self) -> Result<(Arc<Piece>, bool), MediaError> {
        match poll_fn(|context| self.ring.poll(&mut self.cursor, context)).await {
            Turn::Piece(piece, is_fresh) => Ok((piece, is_fresh)),
            over => Err(trouble(&over)),
        }
    }

    /// What to send for a piece: where it does not continue the last one, the tables go first.
    fn take(&mut self, piece: &Piece, is_fresh: bool) -> Bytes {
        let Some(entry) = piece.entry.as_ref().filter(|entry| is_fresh || entry.is_break) else {
            return piece.bytes.clone();
        };
        self.held.push_back(piece.bytes.clone());
        entry.tables.clone()
    }
}

/// Why nothing comes.
fn trouble(over: &Turn) -> MediaError {
    match over {
        Turn::Down(Some(reason)) => MediaError::Unplayable(reason),
        _ => MediaError::StreamDown,
    }
}

impl Stream for Viewer {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let this = &mut *self;
        if let Some(bytes) = this.held.pop_front() {
            return Poll::Ready(Some(bytes));
        }
        match ready!(this.ring.poll(&mut this.cursor, context)) {
            Turn::Piece(piece, is_fresh) => Poll::Ready(Some(this.take(&piece, is_fresh))),
            Turn::Down(_) | Turn::Ended => Poll::Ready(None),
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.ring.leave(&self.cursor, self.clock.monotonic());
    }
}
