//! A template packed once for all callers whose values are as long: a gzip file in which only a few stored blocks and
//! the sum at its end differ from caller to caller.
//!
//! deflate copies what came up to 32 KiB before. So only the first of many places with the same value has to hold the
//! value itself, in a block that is stored as it is; the later ones are copies of it, whatever it says. What was packed
//! is unpacked with other values before it is used, and a place in which they do not stand is stored as well.

use crate::body::checksum::{Places, change};
use crate::body::encode::KEPT_GZIP;
use crate::body::splice::{Fillings, Template};
use bytes::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io;

/// A gzip file without name, comment and time (RFC 1952, section 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// How far back deflate copies from: the window, less what an encoder keeps free at its end (zlib's `MIN_LOOKAHEAD`).
const WINDOW: usize = 32 * 1_024;
const REACH: usize = WINDOW - 262;
/// Most bytes of a stored block.
const BLOCK: usize = u16::MAX as usize;
/// Most bytes that one piece of a text may take when it is packed; zlib stores what would become larger.
const GROWTH: usize = 1_024;
/// How often places are stored that did not come out right.
const TRIES: u32 = 3;

/// A packed template.
#[derive(Debug)]
pub(crate) struct Packed {
    parts: Vec<Part>,
    /// The sum of the text with the placeholders.
    sum: u32,
    /// Bytes of the text, of which the file tells the lowest 32 bits.
    length: usize,
    /// By kind of hole.
    kinds: Vec<Kind>,
}

#[derive(Debug)]
enum Part {
    /// The same for all.
    Shared(Bytes),
    /// What this caller has in holes of a kind.
    Filling(usize),
}

/// A kind of hole, as far as the sum depends on it.
#[derive(Debug)]
struct Kind {
    placeholder: u32,
    factor: u32,
}

impl Packed {
    /// Packs a template for fillings of these lengths; takes 20 ms for each MB of text or so. None when it cannot be
    /// done, or when the file would not be smaller than the text.
    pub(crate) fn new(template: &Template, lengths: &[usize]) -> Option<Packed> {
        if lengths.iter().any(|length| *length > BLOCK) {
            return None;
        }
        let (fillings, others) = (placeholders(template, lengths, 0), placeholders(template, lengths, 1));
        let (text, expected) = (template.filled(&fillings), template.filled(&others));
        let holes: Vec<Hole> = holes(template, lengths).collect();
        let mut stored = HashSet::new();
        for _ in 0..TRIES {
            let packed = Packed::pack(&text, &fillings, &holes, &stored).ok()?;
            let file = packed.file(&others).concat();
            let unpacked = unpacked(file.get(HEAD.len()..)?, expected.len())?;
            let wrong = || holes.iter().filter(|hole| unpacked.get(hole.range()) != expected.get(hole.range()));
            match unpacked == expected {
                true => return (packed.weight() < text.len()).then_some(packed),
                false => stored.extend(wrong().map(|hole| hole.at)),
            }
        }
        None
    }

    fn pack(text: &[u8], fillings: &Fillings, holes: &[Hole], stored: &HashSet<usize>) -> io::Result<Packed> {
        let mut parts = vec![Part::Shared(HEAD.as_slice().into())];
        let mut places = vec![Places::default(); fillings.len()];
        let mut last: Vec<Option<usize>> = vec![None; fillings.len()];
        let mut begin = 0;
        for hole in holes.iter().filter(|hole| hole.length > 0) {
            let (Some(places), Some(last)) = (places.get_mut(hole.kind), last.get_mut(hole.kind)) else { continue };
            places.add(hole.at + hole.length);
            let copied = last.is_some_and(|last| hole.at + hole.length - last <= REACH);
            *last = Some(hole.at);
            if copied && !stored.contains(&hole.at) {
                continue;
            }
            let mut before = deflated(text, begin..hole.at, FlushCompress::Sync)?;
            before.extend(stored_block(hole.length));
            parts.extend([Part::Shared(before.into()), Part::Filling(hole.kind)]);
            begin = hole.at + hole.length;
        }
        parts.push(Part::Shared(deflated(text, begin..text.len(), FlushCompress::Finish)?.into()));
        let kinds = fillings.iter().zip(places);
        let kind = |(filling, places): (&Vec<u8>, Places)| Kind {
            placeholder: crc32fast::hash(filling),
            factor: places.factor(text.len()),
        };
        Ok(Packed { parts, sum: crc32fast::hash(text), length: text.len(), kinds: kinds.map(kind).collect() })
    }

    /// The parts of the file with these values, which have to be as long as those it was packed for.
    pub(crate) fn file(&self, fillings: &Fillings) -> Vec<Bytes> {
        let own: Vec<Bytes> = fillings.iter().map(|filling| Bytes::copy_from_slice(filling)).collect();
        let part = |part: &Part| match part {
            Part::Shared(bytes) => bytes.clone(),
            Part::Filling(kind) => own.get(*kind).cloned().unwrap_or_default(),
        };
        let mut file: Vec<Bytes> = self.parts.iter().map(part).collect();
        let changes = self.kinds.iter().zip(fillings);
        let sum = changes.fold(self.sum, |sum, (kind, filling)| sum ^ change(kind.factor, kind.placeholder, filling));
        let mut end = sum.to_le_bytes().to_vec();
        end.extend_from_slice(&(self.length as u32).to_le_bytes());
        file.push(end.into());
        file
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        let bytes = |part: &Part| match part {
            Part::Shared(bytes) => bytes.len(),
            Part::Filling(_) => 0,
        };
        self.parts.iter().map(|part| size_of::<Part>() + bytes(part)).sum()
    }
}

/// A hole of the filled text.
struct Hole {
    at: usize,
    kind: usize,
    length: usize,
}

impl Hole {
    fn range(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.length
    }
}

fn holes<'a>(template: &'a Template, lengths: &'a [usize]) -> impl Iterator<Item = Hole> + 'a {
    template.holes().scan(0, |filled, (at, kind)| {
        let length = lengths.get(kind).copied().unwrap_or_default();
        let hole = Hole { at: at + *filled, kind, length };
        *filled += length;
        Some(hole)
    })
}

/// Bytes that no text in UTF-8 has in this order, and that nobody who writes the text can know.
fn placeholders(template: &Template, lengths: &[usize], which: u8) -> Fillings {
    let digest = template.digest();
    let bytes = |(kind, length): (usize, &usize)| {
        let block = |number: usize| {
            let seed = [digest.as_slice(), &[which], &kind.to_le_bytes(), &number.to_le_bytes()].concat();
            Sha256::digest(seed).into_iter().map(|byte| byte | 0x80)
        };
        (0..length.div_ceil(32)).flat_map(block).take(*length).collect()
    };
    lengths.iter().enumerate().map(bytes).collect()
}

/// A range of the text as blocks of deflate, which may refer to what comes before the range. Ends at a byte.
fn deflated(text: &[u8], range: std::ops::Range<usize>, flush: FlushCompress) -> io::Result<Vec<u8>> {
    let mut encoder = Compress::new(Compression::new(KEPT_GZIP), false);
    let before = text.get(range.start.saturating_sub(WINDOW)..range.start).unwrap_or_default();
    if !before.is_empty() {
        encoder.set_dictionary(before)?;
    }
    let piece = text.get(range).unwrap_or_default();
    let mut packed = Vec::with_capacity(piece.len() / 8 + GROWTH);
    loop {
        let rest = piece.get(encoder.total_in() as usize..).unwrap_or_default();
        let status = encoder.compress_vec(rest, &mut packed, flush)?;
        let is_done = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            // With room to spare all has come out.
            _ => encoder.total_in() as usize == piece.len() && packed.len() < packed.capacity(),
        };
        if is_done {
            return Ok(packed);
        }
        packed.reserve(packed.len().max(GROWTH));
    }
}

/// What stands before the bytes of a stored block that begins at a byte (RFC 1951, section 3.2.4).
fn stored_block(length: usize) -> [u8; 5] {
    let [low, high] = (length as u16).to_le_bytes();
    [0, low, high, !low, !high]
}

/// What a file says behind its head, if it is of that length.
fn unpacked(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(length + 1);
    let status = Decompress::new(false).decompress_vec(packed, &mut text, FlushDecompress::Finish);
    (status.ok()? == Status::StreamEnd && text.len() == length).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::form::Form;
    use crate::body::splice::Marker;
    use flate2::read::GzDecoder;
    use host_core::action::Splice;
    use std::io::Read;

    fn template(text: impl Fn(&str, &str) -> String) -> Template {
        let marker = Marker::new(&[0xab; 20]);
        let value = |splice| Form::Percent.encode(&marker.text(splice));
        Template::cut(text(&value(Splice::Username), &value(Splice::Password)).as_bytes(), &marker).unwrap()
    }

    /// Packs it for one caller, and reads it as that one and as another with values of the same lengths.
    fn read_by_two(template: &Template, values: [(&str, &str); 2]) -> Option<usize> {
        let fillings = values.map(|(user, pass)| {
            template.fillings(|splice| if splice == Splice::Username { user.into() } else { pass.into() })
        });
        let lengths: Vec<usize> = fillings[0].iter().map(Vec::len).collect();
        let packed = Packed::new(template, &lengths)?;
        for fillings in &fillings {
            let file = packed.file(fillings).concat();
            let mut text = Vec::new();
            GzDecoder::new(&file[..]).read_to_end(&mut text).unwrap();
            assert!(text == template.filled(fillings), "another text came out");
        }
        Some(packed.parts.iter().filter(|part| matches!(part, Part::Filling(_))).count())
    }

    const TWO: [(&str, &str); 2] = [("viewer0", "c0rrect-h0rse"), ("zzzzzzz", "aaaaaaaaaaaaa")];

    #[test]
    fn a_playlist_is_packed_once_for_all() {
        let playlist = template(|user, pass| {
            let entry = |n: u32| {
                let name = format!("UK: Regional News {} FHD", n.wrapping_mul(2_654_435_761) % 100_000);
                format!("#EXTINF:-1 tvg-name=\"{name}\",{name}\nhttp://h:80/live/{user}/{pass}/{n}.ts\n")
            };
            let begin = format!("#EXTM3U url-tvg=\"http://h:80/xmltv.php?username={user}&password={pass}\"\n");
            begin + &(1..5_000).map(entry).collect::<String>()
        });
        let stored = read_by_two(&playlist, TWO).unwrap();
        assert!(stored < 10, "{stored} places are stored");
    }

    #[test]
    fn a_value_that_comes_seldom_is_stored_each_time() {
        let noise: Vec<String> = (0..40_u32).map(|n| hex::encode(Sha256::digest(n.to_le_bytes()))).collect();
        let noise = noise.concat().repeat(20);
        let seldom = template(|user, _| (0..5).map(|n| format!("{n} {user} {noise}")).collect());
        assert_eq!(read_by_two(&seldom, TWO), Some(5));
    }

    #[test]
    fn values_that_are_too_short_to_be_copied_come_out_right_or_not_at_all() {
        let playlist = template(|user, pass| {
            (0..2_000).map(|n| format!("http://h/a/b/{user}/{pass}/{n}.ts aa bb {user}\n")).collect()
        });
        for values in [[("a", "b"), ("x", "y")], [("", ""), ("", "")], [("", "b"), ("", "h")]] {
            read_by_two(&playlist, values);
        }
        assert!(read_by_two(&playlist, TWO).is_some());
    }

    #[test]
    fn what_does_not_become_smaller_is_not_packed() {
        let noise = hex::encode(Sha256::digest([1]));
        assert_eq!(read_by_two(&template(|user, pass| format!("{noise}{user}{pass}")), TWO), None);
        let long = "x".repeat(BLOCK);
        let much = format!("{noise} ").repeat(2_000);
        assert_eq!(read_by_two(&template(|user, _| format!("{user}{much}")), [(&long, ""); 2]), Some(1));
        let longer = "x".repeat(BLOCK + 1);
        assert_eq!(read_by_two(&template(|user, _| format!("{user}{much}")), [(&longer, ""); 2]), None);
    }
}
