//! Makes foreign text fit for one line of a list.

/// Longest name, id or group of an import, in characters; what is longer is left out and counted.
pub(crate) const MAX_NAME: usize = 255;

/// The text on one line: runs of white space become one space, other control characters and
/// byte-order marks go.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(char::is_whitespace) {
        let before = line.len();
        if before > 0 {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control() && *c != '\u{feff}'));
        if line.len() == before + usize::from(before > 0) {
            line.truncate(before);
        }
    }
    line
}

/// Whether a name has more than [`MAX_NAME`] characters.
pub(crate) fn is_too_long(name: &str) -> bool {
    name.len() > MAX_NAME && name.chars().nth(MAX_NAME).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_line_without_control_characters() {
        for (foreign, line) in [
            ("", ""),
            ("  a  b ", "a b"),
            ("a\r\n\t b\u{7}c", "a bc"),
            ("\u{feff}\0Kanali 7 Ⓢ", "Kanali 7 Ⓢ"),
            (" \u{1} ", ""),
            ("a \u{1} b", "a b"),
        ] {
            assert_eq!(one_line(foreign), line, "{foreign:?}");
        }
    }

    #[test]
    fn names_are_counted_in_characters() {
        assert!(!is_too_long(&"é".repeat(255)));
        assert!(is_too_long(&"é".repeat(256)));
    }
}
