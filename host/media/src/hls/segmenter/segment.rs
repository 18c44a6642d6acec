//! A finished segment.

use bytes::Bytes;
use std::time::Duration;

/// A finished segment of a channel.
pub(crate) struct Segment {
    pub(super) duration: Duration,
    pub(super) pieces: Vec<Bytes>,
    pub(super) is_break: bool,
}

impl Segment {
    pub(super) fn bytes(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// Its bytes, in order.
    pub(crate) fn pieces(&self) -> Vec<Bytes> {
        self.pieces.clone()
    }
}
