//! How a guest encoded a value where it stands.
//!
//! A marker ends in a space, a quote and an ampersand. How these three look where the marker is found tells how
//! the guest encodes values at that place, and the host encodes the line's value the same way:
//!
//! | form | the tail reads | for |
//! |---|---|---|
//! | as it is | `␠"&` | plain text |
//! | JSON | `␠\"&` | a JSON string |
//! | percent | `%20%22%26` | a path or query part |
//! | form | `+%22%26` | a form or query part with `+` for spaces |
//! | XML | `␠&quot;&amp;`, `␠&#34;&amp;` or `␠"&amp;` | XML text and attributes |
//!
//! A marker in any other form fails the build, because the host could not know how to fill it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How a value is encoded where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Json,
    Percent,
    Query,
    Xml,
}

/// The tails, the longer of two with the same beginning first.
const TAILS: &[(&str, Form)] = &[
    (" &quot;&amp;", Form::Xml),
    (" &#34;&amp;", Form::Xml),
    (" \"&amp;", Form::Xml),
    (" \"&", Form::Plain),
    (" \\\"&", Form::Json),
    ("%20%22%26", Form::Percent),
    ("+%22%26", Form::Query),
];

/// All but the unreserved characters of a URL.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Form {
    /// The form that a marker's tail shows, and what follows it.
    pub(crate) fn of(tail: &[u8]) -> Option<(Form, &[u8])> {
        TAILS.iter().find_map(|(text, form)| Some((*form, tail.strip_prefix(text.as_bytes())?)))
    }

    /// A value in this form.
    pub(crate) fn encode(self, value: &str) -> String {
        match self {
            Form::Plain => value.to_owned(),
            Form::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            Form::Percent => utf8_percent_encode(value, PART).to_string(),
            Form::Query => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            Form::Xml => value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&apos;"),
        }
    }
}
