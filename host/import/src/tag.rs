//! The tags that lines of a playlist begin with, in any case of their letters.

/// What follows a tag; none for a line that begins otherwise.
pub(crate) fn after_tag<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let head = text.get(..tag.len())?;
    head.eq_ignore_ascii_case(tag).then(|| text.get(tag.len()..)).flatten()
}
