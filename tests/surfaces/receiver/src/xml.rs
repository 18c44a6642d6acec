//! XML texts.

use linecard_sdk::{Refusal, Reply, body, reply};

/// Writes a list of items.
pub(crate) fn items(items: impl FnOnce(&mut String)) -> Result<Reply, Refusal> {
    let mut body = body::Body::new();
    body.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><items>");
    items(&mut body.text);
    body.text.push_str("</items>");
    body.flush()?;
    reply::body()
}

/// Adds an element with a text.
pub(crate) fn element(text: &mut String, name: &str, value: &str) {
    text.extend(["<", name, ">"]);
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            other => text.push(other),
        }
    }
    text.extend(["</", name, ">"]);
}
