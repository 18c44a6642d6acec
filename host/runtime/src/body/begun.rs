//! A kept object with members of each call's own before its own: both are joined as they are, packed or not, so that it
//! costs what sending the kept one does.

use crate::body::encode::{Coding, Encoded};
use bytes::Bytes;
use crc32fast::Hasher;

/// Bytes of a gzip file before and after what is packed, as the panel writes it: without name and comment.
const HEAD: usize = 10;
const TAIL: usize = 8;
/// Most bytes of a block that is not packed.
const BLOCK: usize = u16::MAX as usize;

/// An object without its last brace; none when it is no object or has no members.
pub(crate) fn beginning(object: &str) -> Option<Bytes> {
    let members = object.strip_prefix('{')?.strip_suffix('}')?.trim_end();
    (!members.trim_start().is_empty()).then(|| Bytes::from(format!("{{{members}")))
}

/// Makes a written object what stands behind a [`beginning`]: a comma instead of its brace. False when it is none with
/// members.
pub(crate) fn continue_behind(object: &mut [u8]) -> bool {
    let [first, second, .., last] = object else { return false };
    let is_object = *first == b'{' && *second == b'"' && *last == b'}';
    if is_object {
        *first = b',';
    }
    is_object
}

/// The parts of the whole in a coding; none in one that cannot be joined, or that the kept part is not in.
pub(crate) fn joined(begin: &Bytes, kept: &Encoded, coding: Coding) -> Option<Vec<Bytes>> {
    match coding {
        Coding::Identity => Some(vec![begin.clone(), kept.identity.clone()]),
        Coding::Gzip => gzip(begin, kept.gzip.as_ref()?, kept.identity.len()),
        // Not every reader takes what comes behind the first frame.
        Coding::Zstd => None,
    }
}

/// One gzip file: the beginning in blocks that are not packed, then the blocks of the kept file, which refer to nothing
/// before them.
fn gzip(begin: &Bytes, kept: &Bytes, length: usize) -> Option<Vec<Bytes>> {
    let tail = kept.len().checked_sub(TAIL).filter(|tail| *tail >= HEAD)?;
    let sum = u32::from_le_bytes(kept.get(tail..tail + 4)?.try_into().ok()?);
    let mut head = Vec::with_capacity(HEAD + begin.len() + 5 * (begin.len() / BLOCK + 1));
    head.extend_from_slice(kept.get(..HEAD)?);
    for block in begin.chunks(BLOCK) {
        let size = u16::try_from(block.len()).ok()?;
        head.push(0);
        head.extend_from_slice(&size.to_le_bytes());
        head.extend_from_slice(&(!size).to_le_bytes());
        head.extend_from_slice(block);
    }
    let mut whole = Hasher::new();
    whole.update(begin);
    whole.combine(&Hasher::new_with_initial_len(sum, length as u64));
    let mut end = Vec::with_capacity(TAIL);
    end.extend_from_slice(&whole.finalize().to_le_bytes());
    // The length is told by its lowest 32 bits.
    end.extend_from_slice(&((begin.len() + length) as u32).to_le_bytes());
    Some(vec![head.into(), kept.slice(HEAD..tail), end.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn kept(members: usize) -> (Encoded, String) {
        let entries: Vec<_> = (0..members).map(|n| format!("\"{n}\":{{\"name\":\"Channel {n}\"}}")).collect();
        let mut text = format!("{{{}}}", entries.join(",")).into_bytes();
        assert!(continue_behind(&mut text));
        let shown = String::from_utf8(text.clone()).unwrap();
        (Encoded::new(text), shown)
    }

    #[test]
    fn both_are_one_object_in_each_coding() {
        for members in [1, 40, 20_000] {
            let (kept, shown) = kept(members);
            for more in [1, BLOCK + 9] {
                let begin = beginning(&format!("{{\"user\":\"{}\" }}", "x".repeat(more))).unwrap();
                let whole = format!("{}{shown}", std::str::from_utf8(&begin).unwrap());
                serde_json::from_str::<serde_json::Value>(&whole).unwrap();
                assert_eq!(joined(&begin, &kept, Coding::Identity).unwrap().concat(), whole.as_bytes());
                let Some(packed) = joined(&begin, &kept, Coding::Gzip) else {
                    assert_eq!(members, 1, "too small to be packed");
                    continue;
                };
                let packed = packed.concat();
                let mut plain = String::new();
                let mut decoder = GzDecoder::new(&packed[..]);
                decoder.read_to_string(&mut plain).unwrap();
                assert!(plain == whole && decoder.into_inner().is_empty(), "{members} {more}");
                assert!(joined(&begin, &kept, Coding::Zstd).is_none());
            }
        }
    }

    #[test]
    fn only_objects_with_members_are_joined() {
        for bad in ["", "{}", "{ }", "[1]", "7", "{\"a\":1"] {
            assert_eq!(beginning(bad), None, "{bad}");
            assert!(!continue_behind(&mut bad.as_bytes().to_vec()), "{bad}");
        }
        assert_eq!(beginning("{\"a\":1}").unwrap(), "{\"a\":1");
    }
}
