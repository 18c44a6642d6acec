//! Text in XML.

/// Appends text with the characters escaped that XML gives a meaning, and without those that it
/// does not allow at all.
pub(crate) fn text(out: &mut String, text: &str) {
    let mut plain = 0;
    for (index, letter) in text.char_indices() {
        let instead = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\t' | '\n' | '\r' => " ",
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => "",
            _ => continue,
        };
        out.push_str(&text[plain..index]);
        out.push_str(instead);
        plain = index + letter.len_utf8();
    }
    out.push_str(&text[plain..]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_is_escaped_and_control_characters_go() {
        let mut out = String::new();
        super::text(&mut out, "a<b>&\"c\"\u{0}\u{1b}\u{85}\n\u{e9}\u{1f4fa}\u{ffff}");
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;c&quot; \u{e9}\u{1f4fa}");
    }
}
