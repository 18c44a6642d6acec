//! What an action answers: data, a page of rows, nothing, or a body that it wrote. The surface's dialect wraps the
//! reply.

use crate::{Held, Refusal, json};
use serde::Serialize;

/// A finished reply, as the document that the host reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply(pub(crate) String);

impl Reply {
    /// A thing was made, and is found at this path below the surface's mount.
    pub fn created(self, location: &str) -> Reply {
        self.with("outcome", "created").with("location", location)
    }

    /// What was asked for is to be read at this path below the surface's mount.
    pub fn moved(self, location: &str) -> Reply {
        self.with("outcome", "moved").with("location", location)
    }

    /// It ended in this way of the action's description.
    pub fn ended(self, outcome: &str) -> Reply {
        self.with("outcome", outcome)
    }

    /// There is a next page, which is asked for by this.
    pub fn next(self, cursor: &str) -> Reply {
        self.with("cursor", cursor)
    }

    fn with(mut self, name: &str, value: &str) -> Reply {
        self.0.pop();
        self.0.push(',');
        json::text(&mut self.0, name);
        self.0.push(':');
        json::text(&mut self.0, value);
        self.0.push('}');
        self
    }
}

/// One object, or any other JSON.
pub fn data(value: &impl Serialize) -> Result<Reply, Refusal> {
    Ok(Reply(document(value) + "}"))
}

/// A page of rows: `total` rows are in the caller's scope, `matching` of them fit the search.
pub fn list(rows: &impl Serialize, total: u32, matching: u32) -> Result<Reply, Refusal> {
    let mut text = document(rows);
    text.push_str(",\"total\":");
    json::number(&mut text, total);
    text.push_str(",\"matching\":");
    json::number(&mut text, matching);
    text.push('}');
    Ok(Reply(text))
}

/// Rows that the host holds, or one of them: it writes them by the fields of the action's description.
pub fn held<T>(rows: Held<T>) -> Result<Reply, Refusal> {
    let mut text = String::from("{\"held\":");
    json::number(&mut text, rows.number());
    text.push('}');
    Ok(Reply(text))
}

/// Done, and there is nothing to say.
pub fn done() -> Result<Reply, Refusal> {
    Ok(Reply("{\"data\":null}".into()))
}

/// The answer is what was written with [`crate::body`].
pub fn body() -> Result<Reply, Refusal> {
    Ok(Reply("{\"body\":true}".into()))
}

/// Like [`body`], with response headers; the host lets some names pass and drops the rest.
pub fn body_with(headers: &[(&str, &str)]) -> Result<Reply, Refusal> {
    let mut text = String::from("{\"body\":true,\"headers\":{");
    for (index, (name, value)) in headers.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        json::text(&mut text, name);
        text.push(':');
        json::text(&mut text, value);
    }
    text.push_str("}}");
    Ok(Reply(text))
}

fn document(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(1_024);
    bytes.extend_from_slice(b"{\"data\":");
    match serde_json::to_writer(&mut bytes, value).map(|()| String::from_utf8(bytes)) {
        Ok(Ok(text)) => text,
        _ => crate::fault("The reply cannot be written as JSON: a map has keys that are no text."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_the_documents_of_the_contract() {
        assert_eq!(data(&[1, 2]).unwrap().0, r#"{"data":[1,2]}"#);
        assert_eq!(held(Held::<()>::new(3)).unwrap().0, r#"{"held":3}"#);
        let made = data(&7).map(|reply| reply.created("/c/7")).unwrap().0;
        assert_eq!(made, r#"{"data":7,"outcome":"created","location":"/c/7"}"#);
        assert_eq!(list(&["a"], 9, 3).unwrap().0, r#"{"data":["a"],"total":9,"matching":3}"#);
        assert_eq!(
            body_with(&[("Expires", "0"), ("Pragma", "\"p\"")]).unwrap().0,
            r#"{"body":true,"headers":{"Expires":"0","Pragma":"\"p\""}}"#
        );
    }
}
