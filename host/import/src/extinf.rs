//! The `#EXTINF` line of a playlist: a duration, attributes in quotes and a name, as people and
//! programs write them. Knows no other line.

use crate::clean::one_line;
use host_core::import::{PlaylistEntry, Skipped};

/// An `#EXTINF` line.
#[derive(Default)]
pub(crate) struct Heading {
    /// What it says of the entry; without an address yet.
    pub(crate) entry: PlaylistEntry,
    /// The line was too long to be kept.
    pub(crate) cut: bool,
}

impl Heading {
    /// Reads what follows `#EXTINF:`.
    pub(crate) fn read(text: &str) -> Heading {
        let (attributes, name) = split_name(text);
        let mut entry = PlaylistEntry { name: one_line(name), ..PlaylistEntry::default() };
        let mut rest = attributes;
        while let Some((key, value, after)) = attribute(rest) {
            rest = after;
            match key.to_ascii_lowercase().as_str() {
                "tvg-id" => entry.tvg_id = one_line(value),
                "tvg-logo" => entry.logo = one_line(value),
                "tvg-name" if entry.name.is_empty() => entry.name = one_line(value),
                "group-title" => entry.group = one_line(value),
                "catchup-days" | "timeshift" | "tvg-rec" => {
                    entry.archive_days = entry.archive_days.max(value.trim().parse().unwrap_or(0));
                }
                "radio" => entry.radio = matches!(value.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes"),
                _ => {}
            }
        }
        Heading { entry, cut: false }
    }

    /// The reason why an entry is left out that ends without an address.
    pub(crate) fn without_address(&self) -> Skipped {
        if self.cut { Skipped::TooLong } else { Skipped::NoUrl }
    }
}

/// Splits an `#EXTINF` line into attributes and name. The name begins after the first comma
/// outside quotes that no attribute follows, so that a name may have commas itself. Where
/// quotes do not pair, it begins after the last quote, or else after the last comma.
fn split_name(text: &str) -> (&str, &str) {
    let last_attribute = text.rfind("=\"");
    let mut quoted = false;
    let (mut first, mut last) = (None, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                last = Some(at);
                if first.is_none() && last_attribute.is_none_or(|attribute| at > attribute) {
                    first = last;
                }
            }
            _ => {}
        }
    }
    let after_quotes = || text.rfind("\",").map(|at| at + 1);
    match first.or(last).or_else(after_quotes).or_else(|| text.rfind(',')) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or_default()),
        None => (text, ""),
    }
}

/// The first `key="value"` or `key=value` of a text, and what follows it.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once('=')?;
    let key = before.trim_end().rsplit(|c: char| c.is_whitespace() || c == '"' || c == ',').next()?;
    let after = after.trim_start();
    let (value, rest) = match after.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
    };
    Some((key, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> PlaylistEntry {
        Heading::read(text).entry
    }

    #[test]
    fn a_name_begins_after_the_comma_that_ends_the_attributes() {
        for (extinf, name, group) in [
            ("-1,A", "A", ""),
            ("-1 , A B ", "A B", ""),
            (r#"-1 group-title="X, Y",A"#, "A", "X, Y"),
            (r#"-1 group-title="X",Me, Myself & Irene"#, "Me, Myself & Irene", "X"),
            (r#"-1,tvg-id="x" group-title="X",A, B"#, "A, B", "X"),
            (r#"-1 group-title="X",The "Best", really"#, "The \"Best\", really", "X"),
            (r#"-1 tvg-name="12" TV" group-title="X",A"#, "A", "X"),
            (r#"-1 group-title="X,A"#, "A", "X"),
            ("-1 group-title=X tvg-name=N,A", "A", "X"),
            (r#"-1 tvg-name="N" group-title = "X","#, "N", "X"),
            (r#"0 GROUP-TITLE="X""#, "", "X"),
            ("", "", ""),
            ("-1,Tab\tand\u{7} bell", "Tab and bell", ""),
        ] {
            let entry = one(extinf);
            assert_eq!((entry.name.as_str(), entry.group.as_str()), (name, group), "{extinf}");
        }
    }

    #[test]
    fn attributes_are_read() {
        let entry =
            one(r#"-1 tvg-id="a.b" tvg-logo="http://l/x.png" catchup="default" catchup-days="7" radio="true",A"#);
        let expected = PlaylistEntry {
            name: "A".into(),
            url: String::new(),
            tvg_id: "a.b".into(),
            logo: "http://l/x.png".into(),
            group: String::new(),
            archive_days: 7,
            radio: true,
        };
        assert_eq!(entry, expected);
        assert_eq!(one(r#"-1 timeshift="3",A"#).archive_days, 3);
        assert_eq!(one(r#"-1 tvg-rec="-4",A"#).archive_days, 0);
    }
}
