//! A statement as it may be remembered: what was asked, without the values that were asked for.

/// What stands in the place of a text.
const HIDDEN: &str = "***";

/// The statement with each text in quotes hidden, and without comments: either may hold a password that somebody looked
/// for. Its words, names and numbers stay.
pub(super) fn without_values(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"', '-', '/']) {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let (shown, length) = piece(from);
        kept.push_str(&shown);
        rest = &from[length..];
    }
    kept.push_str(rest);
    kept
}

/// What is kept of the piece that begins here, and how long that piece is.
fn piece(from: &str) -> (String, usize) {
    let quote = &from[..1];
    match quote {
        "'" | "\"" => {
            let mut length = 1;
            loop {
                let Some(end) = from[length..].find(quote) else { break (format!("{quote}{HIDDEN}"), from.len()) };
                length += end + 1;
                // A doubled quote is one within the text.
                if !from[length..].starts_with(quote) {
                    break (format!("{quote}{HIDDEN}{quote}"), length);
                }
                length += 1;
            }
        }
        _ if from.starts_with("--") => (String::new(), from.find('\n').unwrap_or(from.len())),
        _ if from.starts_with("/*") => (String::new(), from.find("*/").map_or(from.len(), |end| end + 2)),
        other => (other.to_owned(), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_is_hidden_and_what_was_asked_is_not() {
        for (text, kept) in [
            ("SELECT 1", "SELECT 1"),
            (
                "SELECT id FROM lines WHERE member_id = 88 LIMIT 10",
                "SELECT id FROM lines WHERE member_id = 88 LIMIT 10",
            ),
            (
                "SELECT * FROM lines WHERE username = 'bob' AND id=5",
                "SELECT * FROM lines WHERE username = '***' AND id=5",
            ),
            ("SELECT 'it''s mine', 2", "SELECT '***', 2"),
            ("SELECT \"name\" FROM x", "SELECT \"***\" FROM x"),
            ("SELECT 'ends never", "SELECT '***"),
            ("SELECT ''", "SELECT '***'"),
            ("SELECT 1 -- 'secret\n+ 2", "SELECT 1 \n+ 2"),
            ("SELECT 1 /* secret ' */ - 4 / 2", "SELECT 1  - 4 / 2"),
            ("SELECT 1 /* secret", "SELECT 1 "),
            ("SELECT 'ü' || 'é'", "SELECT '***' || '***'"),
        ] {
            assert_eq!(without_values(text), kept, "{text}");
        }
    }
}
