//! Writing JSON by hand, for lists of tens of thousands of rows, where a serialiser's work per
//! field is what the list costs.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;

/// Appends a text with its quotes, escaped.
pub fn text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain..index]);
        plain = index + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends a whole number.
pub fn number(out: &mut String, number: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(number));
}

/// Appends a number as text, as players want ids and times: `"1767225600"`.
pub fn quoted(out: &mut String, value: impl itoa::Integer) {
    out.push('"');
    number(out, value);
    out.push('"');
}

/// Appends a list of ids.
pub fn ids(out: &mut String, ids: &[u32]) {
    out.push('[');
    for (index, id) in ids.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        number(out, *id);
    }
    out.push(']');
}

/// Appends a number with at most one decimal place: `7.4`, `7`. What is no number becomes 0.
pub fn tenths(out: &mut String, value: f32) {
    let tenths = (value * 10.0).round() as i32;
    if tenths < 0 {
        out.push('-');
    }
    number(out, tenths.unsigned_abs() / 10);
    if tenths % 10 != 0 {
        out.push('.');
        number(out, tenths.unsigned_abs() % 10);
    }
}

/// A number with one decimal place in what is serialized, as [`tenths`] writes it. A float brings tables of ten thousand
/// bytes, which would stand in the memory of each call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tenths(pub f64);

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = String::new();
        tenths(&mut digits, self.0 as f32);
        RawValue::from_string(digits).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn every_text_reads_back_as_itself() {
        let every: String = (0..0x250).filter_map(char::from_u32).chain("\u{2028}日本\u{1f4fa}".chars()).collect();
        let json = written(|out| text(out, &every));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), every);
    }

    #[test]
    fn tenths_have_no_needless_zero() {
        for (value, shown) in [(7.4, "7.4"), (7.0, "7"), (3.25, "3.3"), (0.0, "0"), (-0.5, "-0.5"), (f32::NAN, "0")] {
            assert_eq!(serde_json::to_string(&Tenths(value.into())).unwrap(), shown);
            assert_eq!(written(|out| tenths(out, value)), shown);
        }
    }
}
