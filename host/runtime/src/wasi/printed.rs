//! What a call prints, as lines of the plugin's log.

use crate::log::{Level, LogLine, Ring, one_line};
use host_core::time::Unix;
use std::sync::Arc;

pub(super) const STDOUT: u32 = 0;

pub(super) const STDERR: u32 = 1;

/// A line without an end is cut here.
const LONGEST: usize = 4 << 10;

/// What one call prints. The lines that it did not end are kept when the call is over.
pub(crate) struct Printed {
    pub(super) log: Arc<Ring>,
    pub(super) request: Arc<str>,
    pub(super) at: Unix,
    /// Lines that have begun, of standard output and standard error.
    pub(super) begun: [Vec<u8>; 2],
}

impl Printed {
    pub(super) fn take(&mut self, stream: u32, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = self.line(stream);
            line.extend_from_slice(part);
            if part.ends_with(b"\n") || line.len() >= LONGEST {
                self.end(stream);
            }
        }
    }

    fn line(&mut self, stream: u32) -> &mut Vec<u8> {
        let [out, err] = &mut self.begun;
        if stream == STDOUT { out } else { err }
    }

    fn end(&mut self, stream: u32) {
        let line = std::mem::take(self.line(stream));
        let text = String::from_utf8_lossy(&line);
        let message = one_line(text.trim_end(), text.len());
        if message.is_empty() {
            return;
        }
        let level = if stream == STDOUT { Level::Info } else { Level::Warn };
        self.log.push(LogLine { at: self.at, level, request: Arc::clone(&self.request), message });
    }
}

impl Drop for Printed {
    fn drop(&mut self) {
        self.end(STDOUT);
        self.end(STDERR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_becomes_lines_whatever_its_pieces() {
        let log = Arc::new(Ring::default());
        let mut printed =
            Printed { log: Arc::clone(&log), request: "r".into(), at: Unix(7), begun: Default::default() };
        for (stream, piece) in [(STDOUT, "one\n\ntw"), (STDERR, "bad\r\n"), (STDOUT, "o\nthree"), (STDERR, "end")] {
            printed.take(stream, piece.as_bytes());
        }
        printed.take(STDOUT, &[b'x'; LONGEST]);
        drop(printed);
        let lines = log.lines();
        let said: Vec<_> = lines.iter().map(|line| line.message.get(..5).unwrap_or(&line.message)).collect();
        assert_eq!(said, ["one", "bad", "two", "three", "end"]);
        assert_eq!(
            lines.iter().map(|line| line.level == Level::Warn).collect::<Vec<_>>(),
            [false, true, false, false, true]
        );
    }
}
