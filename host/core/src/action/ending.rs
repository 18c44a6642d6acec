//! How a call ended, by what its reply says and its data shows, as far as the description allows it.

use super::columns::members;
use super::{Ending, OutcomeKind, ReplyShape, SaidEnding};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What stays as it is in a segment of a path (RFC 3986, unreserved).
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Longest place that a reply names, in bytes.
const MAX_LOCATION: usize = 1_024;

/// An ending that the description does not allow: what is wrong, as the end of a sentence about the reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("its reply {0}")]
pub struct NoEnding(&'static str);

impl ReplyShape {
    /// How a call ended, by what its reply says and its data shows. `parameters` fill a place that the data does not.
    ///
    /// # Errors
    /// When the reply says what the description does not have.
    pub fn ending(&self, said: SaidEnding, data: &str, parameters: &Map<String, Value>) -> Result<Ending, NoEnding> {
        if said == SaidEnding::default() && self.outcomes.is_empty() && self.version.is_none() {
            return Ok(Ending::default());
        }
        let SaidEnding { kind, location, cursor } = said;
        let described = self.outcome(kind).ok_or(NoEnding("names an outcome that its description does not list"))?;
        if cursor.is_some() && self.cursor.is_none() {
            return Err(NoEnding("names a cursor, and its description has none"));
        }
        if cursor.as_ref().is_some_and(|cursor| cursor.is_empty() || cursor.len() > MAX_LOCATION) {
            return Err(NoEnding("names a cursor of no or more than 1,024 bytes"));
        }
        let members = members(data);
        let version = self.version.as_ref().and_then(|name| members.get(name.as_str())?.parse().ok());
        let location = match location {
            Some(_) if matches!(described.kind, OutcomeKind::Done | OutcomeKind::None) => {
                return Err(NoEnding("names a place, and it is neither made nor moved nor accepted"));
            }
            Some(location) => Some(location),
            // With what the caller sent it may not be a valid place; that is not the fault of the guest.
            None => {
                let template = described.location.as_deref();
                template.and_then(|template| filled(template, &members, parameters)).filter(|place| is_location(place))
            }
        };
        if location.as_deref().is_some_and(|location| !is_location(location)) {
            return Err(NoEnding("names a place that is no path below its surface"));
        }
        if described.kind == OutcomeKind::Moved && location.is_none() {
            return Err(NoEnding("says that it is moved, and not where"));
        }
        Ok(Ending { kind: described.kind, location, version, cursor })
    }
}

/// A place with its braces filled in; none where there is nothing to fill one with.
fn filled(template: &str, members: &BTreeMap<Cow<'_, str>, &str>, parameters: &Map<String, Value>) -> Option<String> {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}')?;
        let member = members.get(name).map(|json| plain(json));
        let value = member.or_else(|| parameters.get(name).map(|value| plain(&value.to_string())));
        text.extend(utf8_percent_encode(&value?, SEGMENT));
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// A JSON value as text: what stands in a string, or the value itself.
fn plain(json: &str) -> String {
    serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned())
}

/// A path below a mount, perhaps with a query: it never leads to another host.
fn is_location(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?&=+,:@".contains(&byte);
    (text.is_empty() || text.starts_with('/') || text.starts_with('?'))
        && text.len() <= MAX_LOCATION
        && !text.contains("//")
        && !text.split(['/', '?']).any(is_step)
        && text.bytes().all(is_plain)
}

/// Whether a segment is a step to another folder, in any writing of its dots.
fn is_step(segment: &str) -> bool {
    matches!(&*percent_decode_str(segment).decode_utf8_lossy(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ended(shape: Value, said: SaidEnding, data: &str) -> Result<Ending, NoEnding> {
        let shape: ReplyShape = serde_json::from_value(shape).unwrap();
        shape.ending(said, data, json!({"tenant": "a b"}).as_object().unwrap())
    }

    fn made() -> Value {
        json!({"outcomes": [{"kind": "created", "location": "/t/{tenant}/{id}"}, {"kind": "done"}, {"kind": "moved"}]})
    }

    #[test]
    fn a_made_thing_has_its_place_from_data_and_parameters() {
        let ending = ended(made(), SaidEnding::default(), r#"{"id":"c/7"}"#).unwrap();
        assert_eq!((ending.kind, ending.location.as_deref()), (OutcomeKind::Created, Some("/t/a%20b/c%2F7")));
        let long = json!({ "id": "7".repeat(2_000) }).to_string();
        for nowhere in ["{}", r#"{"id":".."}"#, &long] {
            let ending = ended(made(), SaidEnding::default(), nowhere).unwrap();
            assert_eq!((ending.kind, ending.location), (OutcomeKind::Created, None), "it was made all the same");
        }
    }

    #[test]
    fn a_reply_ends_in_a_way_that_is_described_and_leads_nowhere_else() {
        let said = |kind, location: Option<&str>| SaidEnding { kind, location: location.map(Into::into), cursor: None };
        assert_eq!(ended(made(), said(Some(OutcomeKind::Done), None), "{}").unwrap(), Ending::default());
        assert!(ended(made(), said(Some(OutcomeKind::Accepted), None), "{}").is_err());
        assert!(ended(made(), said(Some(OutcomeKind::Moved), None), "{}").is_err());
        for place in
            ["//evil.example", "https://evil.example", "/a/../../b", "/%2e%2e/b", "/.%2E", "/a\r\nx: y", "/a b"]
        {
            assert!(ended(made(), said(Some(OutcomeKind::Moved), Some(place)), "{}").is_err(), "{place}");
        }
        assert!(ended(made(), said(Some(OutcomeKind::Moved), Some("/page?x=1")), "{}").is_ok());
        let cursor = SaidEnding { cursor: Some("c".into()), ..SaidEnding::default() };
        assert!(ended(json!({}), cursor.clone(), "[]").is_err());
        assert_eq!(ended(json!({"cursor": "after"}), cursor, "[]").unwrap().cursor.as_deref(), Some("c"));
    }

    #[test]
    fn the_version_is_a_member_of_the_data() {
        let of = |data| ended(json!({"version": "v"}), SaidEnding::default(), data).unwrap().version;
        assert_eq!((of(r#"{"v":7}"#), of(r#"{"v":"x"}"#), of("{}"), of("[]")), (Some(7), None, None, None));
    }
}
