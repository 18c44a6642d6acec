//! Late values in a text: where their tokens stand, and the text with the values in their places.

use crate::plan::Late;

/// Most late values of one plan.
pub const MAX: usize = 16;

/// What every token begins with.
pub const STEM: &str = "late-";

/// Where tokens stand in a text: the offset of each, and which of `late` it is. One pass.
pub fn places<'t>(text: &'t str, late: &'t [Late]) -> impl Iterator<Item = (usize, usize)> + 't {
    // Without late values there is nothing to look for.
    let text = if late.is_empty() { "" } else { text };
    text.match_indices(STEM).filter_map(move |(at, _)| {
        let here = text.get(at..)?;
        let which = late.iter().position(|late| here.starts_with(&late.token))?;
        Some((at, which))
    })
}

/// The text with each quoted token replaced by its value; one whose value is empty, because it is not
/// known yet, stays. One pass into a new text; where nothing is replaced, the text itself.
pub fn fill(text: String, late: &[Late], values: &[String]) -> String {
    let mut filled = String::new();
    let mut copied = 0;
    for (at, which) in places(&text, late) {
        let (Some(late), Some(value)) = (late.get(which), values.get(which)) else { continue };
        let end = at + late.token.len();
        let is_quoted = text.get(..at).is_some_and(|before| before.ends_with('"'))
            && text.get(end..).is_some_and(|behind| behind.starts_with('"'));
        if value.is_empty() || !is_quoted {
            continue;
        }
        // Without the quote before it; the one behind it is left out as well.
        if let Some(before) = text.get(copied..at - 1) {
            filled.reserve(text.len() - copied);
            filled.push_str(before);
            filled.push_str(value);
            copied = end + 1;
        }
    }
    if copied == 0 {
        return text;
    }
    filled.push_str(text.get(copied..).unwrap_or_default());
    filled
}

/// Likewise for a reply; bytes that are not text have no tokens.
pub fn fill_reply(reply: Vec<u8>, late: &[Late], values: &[String]) -> Vec<u8> {
    if late.is_empty() {
        return reply;
    }
    match String::from_utf8(reply) {
        Ok(text) => fill(text, late, values).into_bytes(),
        Err(other) => other.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::LateValue;

    fn late(tokens: &[&str]) -> Vec<Late> {
        tokens.iter().map(|token| Late { token: (*token).into(), value: LateValue::AuditHash }).collect()
    }

    fn filled(text: &str, values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        fill(text.into(), &late(&["late-1a", "late-2b"]), &values)
    }

    #[test]
    fn each_quoted_token_becomes_its_value() {
        assert_eq!(
            filled(r#"{"a":"late-1a","b":["late-2b","late-1a"]}"#, &["5.00", "7"]),
            r#"{"a":5.00,"b":[7,5.00]}"#
        );
        assert_eq!(filled(r#"["late-1a""late-2b"]"#, &["1", "2"]), "[12]", "neither quote is used twice");
    }

    #[test]
    fn what_is_no_token_or_has_no_value_yet_stays() {
        for text in ["", "late-", "\"late-night\"", "\"late-3c\"", "late-1a", "\"late-1a", "late-1a\"", "\"é late-1a\""]
        {
            assert_eq!(filled(text, &["1", "2"]), text);
        }
        assert_eq!(filled(r#"["late-1a","late-2b"]"#, &["", "2"]), r#"["late-1a",2]"#);
    }

    #[test]
    fn a_reply_full_of_tokens_is_filled_in_one_pass() {
        let (count, values) = (200_000, ["485.00".to_owned(), String::new()]);
        let text = format!("[{}]", vec!["\"late-1a\""; count].join(","));
        let whole = fill_reply(text.into_bytes(), &late(&["late-1a", "late-2b"]), &values);
        assert_eq!(String::from_utf8(whole).unwrap(), format!("[{}]", vec!["485.00"; count].join(",")));
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        let bytes = b"\xff\"late-1a\"".to_vec();
        assert_eq!(fill_reply(bytes.clone(), &late(&["late-1a"]), &["1".into()]), bytes);
    }
}
