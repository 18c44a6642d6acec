//! The `#EXTINF` line of a playlist: a duration, attributes in quotes and a name, as people and programs write
//! them.

use crate::clean::one_line;
use crate::lines::Line;
use host_core::import::{LeftOut, PlaylistEntry, Skipped};

/// Most minutes that a guide is moved by, either way.
const MAX_SHIFT: f64 = 24.0 * 60.0;

/// An `#EXTINF` line.
#[derive(Default)]
pub(crate) struct Heading {
    /// What it says of the entry; without an address yet.
    pub(crate) entry: PlaylistEntry,
    /// The line was too long to be kept.
    pub(crate) cut: bool,
    line: u64,
}

impl Heading {
    /// Reads what follows `#EXTINF:` on a line.
    pub(crate) fn read(text: &str, line: &Line<'_>) -> Heading {
        let entry = if line.whole { entry(text) } else { PlaylistEntry::default() };
        Heading { entry, cut: !line.whole, line: line.number }
    }

    /// The entry that ends without an address, as one that is left out.
    pub(crate) fn without_address(self) -> LeftOut {
        let reason = if self.cut { Skipped::TooLong } else { Skipped::NoUrl };
        LeftOut { line: self.line, name: self.entry.name.chars().take(80).collect(), reason }
    }
}

fn entry(text: &str) -> PlaylistEntry {
    let (attributes, name) = split(text);
    let mut entry = PlaylistEntry { name: one_line(name), ..PlaylistEntry::default() };
    for (key, value) in attributes {
        match key.to_ascii_lowercase().as_str() {
            "tvg-id" => entry.tvg_id = one_line(value),
            "tvg-logo" => entry.logo = one_line(value),
            "tvg-name" if entry.name.is_empty() => entry.name = one_line(value),
            "tvg-chno" => entry.number = value.trim().parse().ok().filter(|number| *number > 0),
            "tvg-shift" => entry.guide_offset = minutes(value),
            "group-title" => entry.group = one_line(value),
            "catchup-days" | "timeshift" | "tvg-rec" => {
                entry.archive_days = entry.archive_days.max(value.trim().parse().unwrap_or(0));
            }
            "radio" => entry.radio = matches!(value.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes"),
            _ => {}
        }
    }
    entry
}

/// Hours such as `-1.5` in minutes; 0 for what is not a number or more than a day.
fn minutes(hours: &str) -> i16 {
    let minutes = hours.trim().trim_start_matches('+').parse::<f64>().map_or(0.0, |hours| (hours * 60.0).round());
    // Within a day, so it fits.
    if minutes.abs() <= MAX_SHIFT { minutes as i16 } else { 0 }
}

/// Splits the text into attributes and name. The name begins after the first comma that is not
/// in an attribute's value and that no attribute in quotes follows, so that it may have commas
/// and quotes itself.
fn split(text: &str) -> (Vec<(&str, &str)>, &str) {
    let mut attributes = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            if !begins_quoted_attribute(after) {
                return (attributes, after);
            }
            rest = after.trim_start();
            continue;
        }
        let word = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '=').unwrap_or(rest.len());
        let (key, after) = rest.split_at(word);
        rest = match after.trim_start().strip_prefix('=') {
            Some(value) => {
                let (value, after) = value_of(value.trim_start());
                attributes.push((key, value));
                after
            }
            None => after,
        }
        .trim_start();
    }
    (attributes, "")
}

/// The value that a text begins with, and what follows it. A quote ends it only where the line
/// goes on as it may, because quotes stand in values too; a value whose quote never ends goes to
/// the next comma.
fn value_of(text: &str) -> (&str, &str) {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return text.split_at(text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len()));
    };
    let inside = &text[1..];
    let ends = |at: &usize| goes_on(&inside[at + 1..]);
    let mut quotes = inside.match_indices(quote).map(|(at, _)| at);
    let first = quotes.clone().next();
    match quotes.find(ends).or(first) {
        Some(at) => (&inside[..at], &inside[at + 1..]),
        None => inside.split_at(inside.find(',').unwrap_or(inside.len())),
    }
}

/// Whether a line may go on so after a value: it ends, its name begins, or another attribute.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(',') || attribute_name(rest).is_some()
}

fn begins_quoted_attribute(rest: &str) -> bool {
    attribute_name(rest.trim_start()).is_some_and(|value| value.trim_start().starts_with(['"', '\'']))
}

/// What follows the name and `=` of the attribute that a text begins with.
fn attribute_name(text: &str) -> Option<&str> {
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))?;
    (name > 0).then(|| text[name..].trim_start().strip_prefix('=')).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> PlaylistEntry {
        entry(text)
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
            ("-1 group-title='Kids TV' tvg-logo='http://i/5.png',Five", "Five", "Kids TV"),
            (r#"-1 tvg-name="L'Été '80s" group-title="Rock'n'Roll",L'Été '80s"#, "L'Été '80s", "Rock'n'Roll"),
            (r#"-1 tvg-name="12" HD" group-title="X",12" HD"#, "12\" HD", "X"),
            (r#"-1 tvg-logo="" group-title="X",Seven = 7"#, "Seven = 7", "X"),
            (r#"-1 group-title="X" tvg-id=" f " , Nine"#, "Nine", "X"),
            (r#"-1 group-title="X","Ten", they said"#, "\"Ten\", they said", "X"),
            (r#"-1 tvg-id="a"group-title="X",A"#, "A", "X"),
        ] {
            let entry = one(extinf);
            assert_eq!((entry.name.as_str(), entry.group.as_str()), (name, group), "{extinf}");
        }
    }

    #[test]
    fn attributes_are_read() {
        let entry = one(
            r#"-1 tvg-id="a.b" tvg-logo="http://l/x.png" catchup="default" catchup-days="7" radio="true" tvg-chno="12" tvg-shift="-1.5",A"#,
        );
        let expected = PlaylistEntry {
            name: "A".into(),
            url: String::new(),
            tvg_id: "a.b".into(),
            logo: "http://l/x.png".into(),
            group: String::new(),
            archive_days: 7,
            radio: true,
            number: Some(12),
            guide_offset: -90,
            ..PlaylistEntry::default()
        };
        assert_eq!(entry, expected);
        assert_eq!(one(r#"-1 timeshift="3",A"#).archive_days, 3);
        assert_eq!(one(r#"-1 tvg-rec="-4",A"#).archive_days, 0);
        assert_eq!((one(r#"-1 tvg-chno="0",A"#).number, one(r#"-1 tvg-chno="4a",A"#).number), (None, None));
        for (shift, minutes) in [("1", 60), ("+2", 120), ("0.5", 30), ("99", 0), ("soon", 0), ("NaN", 0)] {
            assert_eq!(one(&format!(r#"-1 tvg-shift="{shift}",A"#)).guide_offset, minutes, "{shift}");
        }
    }
}
