//! Text that is said or hoped to be UTF-8: each byte that is not becomes the character it is in Windows-1252. It
//! never fails.

use encoding_rs::WINDOWS_1252;
use std::io::{BufRead, BufReader, Read, Result};

const CHUNK: usize = 16 * 1024;

/// Gives valid UTF-8, whatever the reader gives. Old files in Latin-1 and files of mixed
/// origin come out right, because accented Latin-1 text is hardly ever valid UTF-8.
pub(crate) struct Mended<R> {
    reader: BufReader<R>,
    /// Read but not yet looked at: at most a chunk and the beginning of one character.
    raw: Vec<u8>,
    /// Ready to be given, from `given` on.
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Mended<R> {
    pub(crate) fn new(reader: R) -> Mended<R> {
        Mended { reader: BufReader::with_capacity(CHUNK, reader), raw: Vec::new(), ready: Vec::new(), given: 0 }
    }

    fn refill(&mut self) -> Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() {
            let chunk = self.reader.fill_buf()?;
            let (read, at_end) = (chunk.len(), chunk.is_empty());
            self.raw.extend_from_slice(chunk);
            self.reader.consume(read);
            mend(&mut self.raw, &mut self.ready, at_end);
            if at_end {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Mended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        let mut rest = self.ready.get(self.given..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

/// Moves `raw` to `ready` as UTF-8. Before the end, an unfinished character stays in `raw`.
fn mend(raw: &mut Vec<u8>, ready: &mut Vec<u8>, at_end: bool) {
    let mut rest = raw.as_slice();
    while let Err(error) = std::str::from_utf8(rest) {
        let (valid, from_bad) = rest.split_at(error.valid_up_to());
        ready.extend_from_slice(valid);
        let bad = match error.error_len() {
            Some(bad) => bad,
            None if at_end => from_bad.len(),
            None => {
                *raw = from_bad.to_vec();
                return;
            }
        };
        let (bad, after) = from_bad.split_at(bad);
        ready.extend_from_slice(WINDOWS_1252.decode_without_bom_handling(bad).0.as_bytes());
        rest = after;
    }
    ready.extend_from_slice(rest);
    raw.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every character is cut.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    fn mended(bytes: &[u8]) -> String {
        let mut whole = String::new();
        Mended::new(bytes).read_to_string(&mut whole).unwrap();
        let mut dripped = String::new();
        Mended::new(Dripping(bytes)).read_to_string(&mut dripped).unwrap();
        assert_eq!(whole, dripped);
        whole
    }

    #[test]
    fn utf_8_stays_and_latin_1_is_understood_even_in_one_file() {
        assert_eq!(mended("Óčko Ⓢ 📺".as_bytes()), "Óčko Ⓢ 📺");
        assert_eq!(mended(b"Caf\xe9 \x80 \x93x\x94"), "Café € “x”");
        assert_eq!(mended(b"RT\xc3\x89 / RT\xc9"), "RTÉ / RTÉ");
        assert_eq!(mended(b"\xff\xfe\xc3"), "ÿþÃ");
        assert_eq!(mended(b""), "");
    }

    #[test]
    fn a_character_across_two_chunks_is_whole() {
        let text = format!("{}é{}", "a".repeat(CHUNK - 1), "b".repeat(CHUNK));
        assert_eq!(mended(text.as_bytes()), text);
    }
}
