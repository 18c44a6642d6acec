//! Opens a foreign file as UTF-8 text: packed or not, in any common encoding, within limits. The first line of
//! XML may name the encoding.

use crate::legacy::Mended;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;
use host_core::import::ImportError;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Result as IoResult};
use std::path::Path;

/// Enough of a file to find its encoding in.
const HEAD: usize = 1_024;

/// How much a file may hold: a small one that unpacks to terabytes must end as an error, not fill the machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes after unpacking; the same limit holds for files that are not packed.
    pub bytes: u64,
    /// Unpacked bytes for each packed one.
    pub ratio: u64,
}

impl Limits {
    /// The ratio is judged only beyond this number of unpacked bytes: a short list of like lines is
    /// not a bomb.
    pub const RATIO_FROM: u64 = 64 * 1024;
}

impl Default for Limits {
    /// 1 GiB and 100:1.
    fn default() -> Limits {
        Limits { bytes: 1 << 30, ratio: 100 }
    }
}

/// A foreign file as UTF-8 without byte-order mark.
pub struct Text {
    bytes: Box<dyn Read + Send>,
}

impl Text {
    /// Opens a file. Fails when it cannot be read or names an unknown encoding.
    pub fn from_path(path: &Path, limits: Limits) -> Result<Text, ImportError> {
        let file = File::open(path).map_err(|e| import_error(&e))?;
        Text::from_reader(file, limits)
    }

    /// Opens what a reader gives; wrap the reader to count progress. A limit that is exceeded
    /// later comes out of [`Read::read`] as an error that holds an [`ImportError`].
    pub fn from_reader(reader: impl Read + Send + 'static, limits: Limits) -> Result<Text, ImportError> {
        let (head, packed) = peek(reader, 2)?;
        let packed = Counted { reader: BufReader::with_capacity(64 * 1024, packed), used: 0 };
        let content = if head == [0x1f, 0x8b] {
            Content::Packed(Box::new(MultiGzDecoder::new(packed)))
        } else {
            Content::Plain(packed)
        };
        let (head, text) = peek(Metered { content, given: 0, limits }, HEAD)?;
        let bytes: Box<dyn Read + Send> = match encoding(&head)? {
            None => Box::new(Mended::new(without_mark(&head, text)?)),
            Some(encoding) => Box::new(
                DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(BufReader::new(text)),
            ),
        };
        Ok(Text { bytes })
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        self.bytes.read(buffer)
    }
}

/// The import's own error inside an I/O error, or the I/O error in words.
pub(crate) fn import_error(error: &std::io::Error) -> ImportError {
    let own = error.get_ref().and_then(|inner| inner.downcast_ref::<ImportError>());
    own.cloned().unwrap_or_else(|| ImportError::Io(error.to_string()))
}

/// The first bytes, at most `count`, and a reader that gives them again.
fn peek<R: Read>(mut reader: R, count: usize) -> Result<(Vec<u8>, impl Read + use<R>), ImportError> {
    let mut head = Vec::with_capacity(count);
    reader.by_ref().take(count as u64).read_to_end(&mut head).map_err(|e| import_error(&e))?;
    Ok((head.clone(), Cursor::new(head).chain(reader)))
}

/// The encoding that the beginning of a file shows; `None`: UTF-8, or near it.
fn encoding(head: &[u8]) -> Result<Option<&'static Encoding>, ImportError> {
    if let Some((marked, _)) = Encoding::for_bom(head) {
        return Ok((marked != UTF_8).then_some(marked));
    }
    match head {
        [0, second, ..] if *second != 0 => return Ok(Some(UTF_16BE)),
        [first, 0, ..] if *first != 0 => return Ok(Some(UTF_16LE)),
        _ => {}
    }
    let Some(label) = declared(head) else { return Ok(None) };
    let Some(encoding) = Encoding::for_label(label) else {
        let label = crate::clean::one_line(&String::from_utf8_lossy(label));
        let reason = format!("its encoding {label:?} is not known; save it as UTF-8");
        return Err(ImportError::Malformed { format: "XML", line: 1, reason });
    };
    // A file in which the declaration can be read byte by byte is not in UTF-16, whatever it says.
    Ok((encoding != UTF_8 && encoding.is_ascii_compatible()).then_some(encoding))
}

/// The encoding that an XML declaration names.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let declaration = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).strip_prefix(b"<?xml")?;
    let declaration = declaration.split(|byte| *byte == b'>').next()?;
    let word = b"encoding";
    let at = declaration.windows(word.len()).position(|window| window == word)?;
    let value = declaration.get(at + word.len()..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    value.split(|byte| byte == quote).next()
}

fn without_mark<R: Read>(head: &[u8], mut text: R) -> Result<R, ImportError> {
    if head.starts_with(b"\xef\xbb\xbf") {
        text.read_exact(&mut [0; 3]).map_err(|e| import_error(&e))?;
    }
    Ok(text)
}

/// Counts what is taken out of a reader.
struct Counted<R> {
    reader: BufReader<R>,
    used: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let read = self.reader.read(buffer)?;
        self.used += read as u64;
        Ok(read)
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.used += amount as u64;
        self.reader.consume(amount);
    }
}

enum Content<R: Read> {
    Plain(Counted<R>),
    Packed(Box<MultiGzDecoder<Counted<R>>>),
}

/// Holds the content to its limits.
struct Metered<R: Read> {
    content: Content<R>,
    given: u64,
    limits: Limits,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let read = match &mut self.content {
            Content::Plain(plain) => plain.read(buffer)?,
            Content::Packed(packed) => packed.read(buffer)?,
        };
        self.given += read as u64;
        let Limits { bytes, ratio } = self.limits;
        if self.given > bytes {
            return Err(limit(format!("the size of {bytes} bytes")));
        }
        if let Content::Packed(packed) = &self.content
            && self.given > Limits::RATIO_FROM
            && self.given / ratio.max(1) > packed.get_ref().used
        {
            return Err(limit(format!("the unpacking ratio of {ratio}:1")));
        }
        Ok(read)
    }
}

fn limit(limit: String) -> std::io::Error {
    std::io::Error::other(ImportError::Limit { limit, line: 0 })
}
