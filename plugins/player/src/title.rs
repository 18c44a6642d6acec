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

/// Appends a field's name and its text.
pub(crate) fn field(out: &mut String, name: &str, text: &str) {
    out.push_str(name);
    json::text(out, text);
}

#[cfg(test)]
mod tests {
    use super::without_year;

    #[test]
    fn only_the_years_own_brackets_go() {
        assert_eq!(without_year("Safety Film (2024)", "2024"), "Safety Film");
        assert_eq!(without_year("Safety Film (2024)", "2023"), "Safety Film (2024)");
        assert_eq!(without_year("Safety Film ()", ""), "Safety Film ()");
        assert_eq!(without_year("(2024)", "2024"), "(2024)");
    }
}
