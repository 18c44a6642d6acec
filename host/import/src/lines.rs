//! Reads lines of any length in bounded memory: what goes beyond the limit is read past and said so.

use host_core::import::ImportError;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

/// Bytes of a line that are kept.
pub(crate) const MAX_LINE: usize = 64 * 1024;

/// A line without its end.
pub(crate) struct Line<'a> {
    /// At most [`MAX_LINE`] bytes of it.
    pub(crate) text: Cow<'a, str>,
    /// Whether that is all of it.
    pub(crate) whole: bool,
    /// Its number, from 1.
    pub(crate) number: u64,
}

/// The lines of a reader, ended by LF or CR LF.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    kept: Vec<u8>,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Lines<R> {
        Lines { reader: BufReader::with_capacity(MAX_LINE, reader), kept: Vec::new(), number: 0 }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        self.kept.clear();
        let (mut any, mut whole) = (false, true);
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(crate::open::import_error(&e)),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let room = MAX_LINE - self.kept.len();
            whole &= part.len() <= room;
            self.kept.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(chunk.len(), |at| at + 1);
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if whole && self.kept.last() == Some(&b'\r') {
            self.kept.pop();
        }
        Ok(Some(Line { text: String::from_utf8_lossy(&self.kept), whole, number: self.number }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(String, bool)> {
        let mut lines = Lines::new(text);
        std::iter::from_fn(|| lines.next().unwrap().map(|line| (line.text.into_owned(), line.whole))).collect()
    }

    #[test]
    fn both_line_ends_and_a_last_line_without_one() {
        let expected: Vec<_> = ["a", "", "b", "c\rd"].into_iter().map(|text| (text.to_owned(), true)).collect();
        assert_eq!(lines(b"a\r\n\nb\nc\rd"), expected);
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"\n").len(), 1);
    }

    #[test]
    fn a_line_at_the_limit_is_whole_and_one_byte_more_is_not() {
        let mut text = vec![b'a'; MAX_LINE];
        text.extend_from_slice(b"\nb\n");
        assert!(lines(&text)[0].1);
        text.insert(0, b'a');
        let read = lines(&text);
        assert_eq!((read[0].0.len(), read[0].1), (MAX_LINE, false));
        assert_eq!(read[1], ("b".to_owned(), true));
    }
}
