//! Answers too large to cross at once: they are written to the host piece by piece.

use crate::Refusal;
use crate::bindings::linecard::body::body as host;

/// Pieces of this size are cheap, and the guest's memory stays small.
const PIECE: usize = 64 * 1_024;

/// A body being written. Text collects in [`Body::text`] and goes to the host in pieces.
pub struct Body {
    /// What was not sent yet. Append to it and call [`Body::flush_when_full`] between rows.
    pub text: String,
}

impl Body {
    /// An empty body.
    pub fn new() -> Body {
        // One row more than a piece still fits, so that the text never moves.
        Body { text: String::with_capacity(PIECE * 2) }
    }

    /// Sends what has collected when it is worth a call of the host.
    pub fn flush_when_full(&mut self) -> Result<(), Refusal> {
        if self.text.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    /// Sends the rest; call it at the end.
    pub fn flush(&mut self) -> Result<(), Refusal> {
        if !self.text.is_empty() {
            host::write(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::new()
    }
}
