//! What plugins log: one ring for each plugin of each tenant, in memory.

use host_core::time::Unix;
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;

const MAX_LINES: usize = 1_000;
const MAX_BYTES: usize = 256 << 10;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the author.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Something broke.
    Error,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// When.
    pub at: Unix,
    /// How much it matters.
    pub level: Level,
    /// The request it belongs to.
    pub request: Arc<str>,
    /// What the plugin said; control characters are spaces.
    pub message: String,
}

/// The newest lines: at most 1,000 and 256 KiB.
#[derive(Debug, Default)]
pub struct Ring {
    newest: Mutex<Newest>,
}

#[derive(Debug, Default)]
struct Newest {
    lines: VecDeque<LogLine>,
    bytes: usize,
}

impl Ring {
    /// Adds a line; the oldest go.
    pub fn push(&self, line: LogLine) {
        let mut newest = self.newest.lock();
        newest.bytes += line.message.len();
        newest.lines.push_back(line);
        while newest.lines.len() > MAX_LINES || newest.bytes > MAX_BYTES {
            match newest.lines.pop_front() {
                Some(oldest) => newest.bytes -= oldest.message.len(),
                None => break,
            }
        }
    }

    /// All lines, oldest first.
    pub fn lines(&self) -> Vec<LogLine> {
        self.newest.lock().lines.iter().cloned().collect()
    }
}

/// A guest's text as one line of at most `most` bytes.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let end = text.floor_char_boundary(most);
    text[..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: String) -> LogLine {
        LogLine { at: Unix(1), level: Level::Info, request: Arc::default(), message }
    }

    #[test]
    fn the_oldest_lines_make_room() {
        let ring = Ring::default();
        (0..1_500).for_each(|n| ring.push(line(n.to_string())));
        let lines = ring.lines();
        assert_eq!((lines.len(), lines[0].message.as_str()), (1_000, "500"));
    }

    #[test]
    fn long_lines_count_by_bytes() {
        let ring = Ring::default();
        (0..10).for_each(|_| ring.push(line("x".repeat(64 << 10))));
        assert_eq!(ring.lines().len(), 4);
    }

    #[test]
    fn a_guest_cannot_forge_a_second_line() {
        assert_eq!(one_line("a\nb\x1b[31mé", 100), "a b [31mé");
        assert_eq!(one_line("aé", 2), "a");
    }
}
