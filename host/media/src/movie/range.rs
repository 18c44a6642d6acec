//! What a `Range` header asks for. Pure: it sees the header and a length, not the file.

use host_core::port::ByteRange;
use std::ops::RangeInclusive;

/// What is to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Requested {
    /// All of it, with status 200.
    Full,
    /// These bytes, both ends included, with 206.
    Part(RangeInclusive<u64>),
    /// None: several ranges, or none of them inside. 416 with `bytes */length`.
    Unsatisfiable,
}

/// What a `Range` header asks of a resource of `length` bytes. A header that is not a byte range is
/// ignored, as the HTTP rules say.
pub fn parse_range(header: Option<&str>, length: u64) -> Requested {
    let Some(header) = header else { return Requested::Full };
    if asks_for_several(header) {
        return Requested::Unsatisfiable;
    }
    let Some(last) = length.checked_sub(1) else {
        return if single_range(header).is_some() { Requested::Unsatisfiable } else { Requested::Full };
    };
    match single_range(header) {
        None => Requested::Full,
        Some(ByteRange::Last(0)) => Requested::Unsatisfiable,
        Some(ByteRange::Last(count)) => Requested::Part(length.saturating_sub(count)..=last),
        Some(ByteRange::From(first) | ByteRange::Between(first, _)) if first > last => Requested::Unsatisfiable,
        Some(ByteRange::From(first)) => Requested::Part(first..=last),
        Some(ByteRange::Between(first, end)) => Requested::Part(first..=end.min(last)),
    }
}

/// The one range of a header, or `None` when it has several or is not one.
pub(crate) fn single_range(header: &str) -> Option<ByteRange> {
    let (first, last) = ranges(header)?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", "") => None,
        ("", count) => number(count).map(ByteRange::Last),
        (first, "") => number(first).map(ByteRange::From),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::Between(first, last))
        }
    }
}

/// Whether a header asks for more than one range.
pub(super) fn asks_for_several(header: &str) -> bool {
    ranges(header).is_some_and(|ranges| ranges.contains(','))
}

fn ranges(header: &str) -> Option<&str> {
    let (unit, ranges) = header.split_once('=')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some(ranges)
}

/// Digits only; a number too large for us is beyond every end.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Requested::{Full, Part, Unsatisfiable};

    #[test]
    fn every_form_of_the_header_has_one_meaning() {
        let table = [
            ("bytes=0-", Part(0..=99)),
            ("bytes=0-0", Part(0..=0)),
            ("bytes=10-19", Part(10..=19)),
            ("bytes=90-200", Part(90..=99)),
            ("bytes=99-", Part(99..=99)),
            ("bytes=-10", Part(90..=99)),
            ("bytes=-1000", Part(0..=99)),
            ("Bytes = 5 - 6", Part(5..=6)),
            ("bytes=5-99999999999999999999999", Part(5..=99)),
            ("bytes=100-", Unsatisfiable),
            ("bytes=100-200", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=0-1,5-6", Unsatisfiable),
            ("bytes=0-,", Unsatisfiable),
            ("bytes=6-5", Full),
            ("bytes=-", Full),
            ("bytes=", Full),
            ("bytes=a-b", Full),
            ("bytes=+1-2", Full),
            ("bytes=--5", Full),
            ("items=0-5", Full),
            ("0-5", Full),
        ];
        for (header, want) in table {
            assert_eq!(parse_range(Some(header), 100), want, "{header}");
        }
        assert_eq!(parse_range(None, 100), Full);
        assert_eq!(parse_range(None, 0), Full);
        assert_eq!(parse_range(Some("bytes=0-"), 0), Unsatisfiable);
    }
}
