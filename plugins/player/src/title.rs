//! Titles and texts that several lists derive from a name and its details.

use linecard_sdk::json;

/// The name without a year in brackets at its end.
pub(crate) fn without_year<'a>(name: &'a str, year: &str) -> &'a str {
    let bare = name.strip_suffix(')').and_then(|rest| rest.strip_suffix(year)).and_then(|rest| rest.strip_suffix(" ("));
    match bare {
        Some(bare) if !year.is_empty() && !bare.is_empty() => bare,
        _ => name,
    }
}

/// Appends a text, or null when it is unknown.
pub(crate) fn text_or_null(out: &mut String, text: &str) {
    if text.is_empty() { out.push_str("null") } else { json::text(out, text) }
}

/// Appends a length as `HH:MM:SS`.
pub(crate) fn clock(out: &mut String, seconds: u32) {
    for (at, part) in [seconds / 3_600, seconds / 60 % 60, seconds % 60].into_iter().enumerate() {
        if at > 0 {
            out.push(':');
        }
        if part < 10 {
            out.push('0');
        }
        json::number(out, part);
    }
}

/// Appends a list of addresses of large pictures: of the one there is, or of none.
pub(crate) fn backdrops(out: &mut String, backdrop: &str) {
    out.push_str("\"backdrop_path\":[");
    if !backdrop.is_empty() {
        json::text(out, backdrop);
    }
    out.push(']');
}

/// Appends a field's name and its text.
pub(crate) fn field(out: &mut String, name: &str, text: &str) {
    out.push_str(name);
    json::text(out, text);
}

#[cfg(test)]
mod tests {
    use super::{clock, without_year};

    #[test]
    fn a_length_has_two_digits_for_each_part_and_more_hours_where_there_are() {
        for (seconds, shown) in [(0, "00:00:00"), (759, "00:12:39"), (5_400, "01:30:00"), (360_061, "100:01:01")] {
            let mut out = String::new();
            clock(&mut out, seconds);
            assert_eq!(out, shown);
        }
    }

    #[test]
    fn only_the_years_own_brackets_go() {
        assert_eq!(without_year("Safety Film (2024)", "2024"), "Safety Film");
        assert_eq!(without_year("Safety Film (2024)", "2023"), "Safety Film (2024)");
        assert_eq!(without_year("Safety Film ()", ""), "Safety Film ()");
        assert_eq!(without_year("(2024)", "2024"), "(2024)");
    }
}
