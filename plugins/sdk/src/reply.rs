//! What an action answers: data, a page of rows, nothing, or a body that it wrote.
//! The surface's envelope is put around it by the host.

use crate::records::Page;
use crate::{Held, Refusal};
use serde::Serialize;

/// A finished reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// What its caller gets.
    pub content: Content,
    /// How it ended, of the ways in the action's description; none is the first of them.
    pub outcome: Option<Outcome>,
    /// A path below the surface's mount.
    pub location: Option<String>,
    /// By which the next page is asked for.
    pub cursor: Option<String>,
}

/// What a reply has for its caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// JSON.
    Data {
        /// The JSON.
        json: String,
        /// Of a list: how many rows are in the caller's scope, and how many of them match.
        totals: Option<(u32, u32)>,
    },
    /// The number of what the host holds.
    Held(u32),
    /// The body that was written, with these headers.
    Body(Vec<(String, String)>),
}

/// How a call ended well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was done.
    Done,
    /// A thing was made.
    Created,
    /// It will be done.
    Accepted,
    /// It was done, and there is nothing to show.
    None,
    /// What was asked for is elsewhere.
    Moved,
}

impl Reply {
    fn of(content: Content) -> Reply {
        Reply { content, outcome: None, location: None, cursor: None }
    }

    /// A thing was made, and is found at this path below the surface's mount.
    pub fn created(self, location: &str) -> Reply {
        Reply { location: Some(location.to_owned()), ..self.ended(Outcome::Created) }
    }

    /// What was asked for is to be read at this path below the surface's mount.
    pub fn moved(self, location: &str) -> Reply {
        Reply { location: Some(location.to_owned()), ..self.ended(Outcome::Moved) }
    }

    /// It ended in this way of the action's description.
    pub fn ended(self, outcome: Outcome) -> Reply {
        Reply { outcome: Some(outcome), ..self }
    }

    /// There is a next page, which is asked for by this.
    pub fn next(self, cursor: &str) -> Reply {
        Reply { cursor: Some(cursor.to_owned()), ..self }
    }
}

/// One object, or any other JSON.
pub fn data(value: &impl Serialize) -> Result<Reply, Refusal> {
    Ok(Reply::of(Content::Data { json: json(value), totals: None }))
}

/// JSON that the host wrote.
pub fn written(json: String) -> Result<Reply, Refusal> {
    Ok(Reply::of(Content::Data { json, totals: None }))
}

/// A page of rows: `total` rows are in the caller's scope, `matching` of them fit the search.
pub fn list(rows: &impl Serialize, total: u32, matching: u32) -> Result<Reply, Refusal> {
    Ok(Reply::of(Content::Data { json: json(rows), totals: Some((total, matching)) }))
}

/// Rows of the plugin's own making of a page that the host read: with its totals, and by what the next one is asked for.
pub fn page<T>(rows: &impl Serialize, page: &Page<T>) -> Result<Reply, Refusal> {
    let totals = page.total.zip(page.matching);
    let reply = Reply::of(Content::Data { json: json(rows), totals });
    Ok(Reply { cursor: page.cursor.clone(), ..reply })
}

/// Rows that the host holds, or one of them: it writes them by the fields of the action's description.
pub fn held<T>(rows: Held<T>) -> Result<Reply, Refusal> {
    Ok(Reply::of(Content::Held(rows.number())))
}

/// Done, and there is nothing to say.
pub fn done() -> Result<Reply, Refusal> {
    Ok(Reply::of(Content::Data { json: "null".into(), totals: None }))
}

/// The answer is what was written with [`crate::body`].
pub fn body() -> Result<Reply, Refusal> {
    body_with(&[])
}

/// Like [`body`], with response headers; the host lets some names pass and drops the rest.
pub fn body_with(headers: &[(&str, &str)]) -> Result<Reply, Refusal> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ok(Reply::of(Content::Body(headers.collect())))
}

fn json(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(1_024);
    match serde_json::to_writer(&mut bytes, value).map(|()| String::from_utf8(bytes)) {
        Ok(Ok(text)) => text,
        _ => crate::fault("The reply cannot be written as JSON: a map has keys that are no text."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_say_what_they_have_and_how_the_call_ended() {
        let json = |reply: Result<Reply, Refusal>| match reply.unwrap().content {
            Content::Data { json, totals } => (json, totals),
            other => panic!("{other:?}"),
        };
        assert_eq!(json(data(&[1, 2])), ("[1,2]".to_owned(), None));
        assert_eq!(json(list(&["a"], 9, 3)), ("[\"a\"]".to_owned(), Some((9, 3))));
        assert_eq!(json(done()), ("null".to_owned(), None));
        assert_eq!(json(written("{}".to_owned())), ("{}".to_owned(), None));
        assert_eq!(held(Held::<()>::new(3)).unwrap().content, Content::Held(3));
        let made = data(&7).map(|reply| reply.created("/c/7")).unwrap();
        assert_eq!((made.outcome, made.location.as_deref()), (Some(Outcome::Created), Some("/c/7")));
    }
}
