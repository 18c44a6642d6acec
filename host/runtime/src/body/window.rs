//! Parts of a list: where the entries of a JSON array stand, and some of them as an array of their own.

use bytes::Bytes;
use serde_json::value::RawValue;

/// Where each entry of an array begins and ends in its text.
pub(crate) struct Entries(Vec<(u32, u32)>);

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// Entries to leave out.
    pub(crate) skip: usize,
    /// Entries at most; 0 is all.
    pub(crate) most: usize,
}

impl Part {
    /// Whether it is the list itself.
    pub(crate) fn is_all(self) -> bool {
        self.skip == 0 && self.most == 0
    }
}

impl Entries {
    /// The entries of an array; none when the text is not a JSON array.
    pub(crate) fn of(text: &[u8]) -> Option<Entries> {
        let entries: Vec<&RawValue> = serde_json::from_slice(text).ok()?;
        let base = text.as_ptr().addr();
        let places = entries.into_iter().map(|entry| {
            let entry = entry.get();
            let begin = entry.as_ptr().addr() - base;
            Some((u32::try_from(begin).ok()?, u32::try_from(begin + entry.len()).ok()?))
        });
        places.collect::<Option<_>>().map(Entries)
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        self.0.capacity() * size_of::<(u32, u32)>()
    }

    /// The pieces of an array of some entries of `text`, which is the text they were found in. Nothing is copied.
    pub(crate) fn part(&self, text: &Bytes, part: Part) -> Vec<Bytes> {
        let end = if part.most == 0 { usize::MAX } else { part.skip.saturating_add(part.most) };
        let chosen = self.0.get(part.skip..end.min(self.0.len())).unwrap_or_default();
        let (Some((begin, _)), Some((_, end))) = (chosen.first(), chosen.last()) else {
            return vec![Bytes::from_static(b"[]")];
        };
        vec![Bytes::from_static(b"["), text.slice(*begin as usize..*end as usize), Bytes::from_static(b"]")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, skip: usize, most: usize) -> String {
        let text = Bytes::from(text.to_owned());
        let entries = Entries::of(&text).unwrap();
        String::from_utf8(entries.part(&text, Part { skip, most }).concat()).unwrap()
    }

    #[test]
    fn a_part_of_a_list_is_a_list_of_its_entries() {
        let list = r#"[{"n":1,"t":"a,]["} , {"n":2},[3,"}"],4]"#;
        assert_eq!(cut(list, 0, 1), r#"[{"n":1,"t":"a,]["}]"#);
        assert_eq!(cut(list, 1, 2), r#"[{"n":2},[3,"}"]]"#);
        assert_eq!(cut(list, 2, 0), r#"[[3,"}"],4]"#);
        assert_eq!(cut(list, 3, 100), "[4]");
        for (skip, most) in [(4, 0), (99, 5), (usize::MAX, usize::MAX)] {
            assert_eq!(cut(list, skip, most), "[]", "{skip} {most}");
        }
        assert_eq!(cut("[]", 0, 5), "[]");
    }

    #[test]
    fn what_is_no_array_has_no_entries() {
        for text in ["", "{}", "[1,", "[1]x", "[1,]"] {
            assert!(Entries::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
