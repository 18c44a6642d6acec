//! What a guest answered, checked: everything in it is untrusted.

use crate::guest::GuestRefusal;
use crate::limits::{REPLY_BYTES, Spent};
use host_core::Refusal;
use host_core::action::{Action, ReplyShape, Shape};
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Headers that a plugin may set on a body; others are dropped.
const HEADERS: &[&str] =
    &["cache-control", "content-description", "content-disposition", "content-language", "expires", "pragma"];
const MAX_HEADER: usize = 1_024;
const MAX_MESSAGE: usize = 1_024;

/// The reply document of `wit/plugin/plugin.wit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplyDocument {
    #[serde(default)]
    pub(crate) data: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) total: Option<u64>,
    #[serde(default)]
    pub(crate) matching: Option<u64>,
    #[serde(default)]
    pub(crate) body: bool,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

/// Why a guest's answer is not passed on: the plugin's fault. It goes into logs, so it never
/// quotes: a guest can put all that it was told into any text, a password too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lie {
    #[error(transparent)]
    Spent(#[from] Spent),
    #[error("its reply is no reply document: {what} in byte {column} of line {line}")]
    Malformed { what: &'static str, line: usize, column: usize },
    #[error("its reply is {0}, its description says {1}")]
    Shape(&'static str, &'static str),
    #[error("its description lists fields, so that its data is objects: {0}")]
    Row(Box<Lie>),
    #[error("it answered with a body that it never wrote")]
    NoBody,
    #[error("it wrote a body and answered with data")]
    BodyAndData,
    #[error("it set {0} to a value that no header can have, or without a body")]
    Header(&'static str),
    #[error("it refused with a code of {0} bytes that its description does not list")]
    Code(usize),
}

impl From<serde_json::Error> for Lie {
    fn from(error: serde_json::Error) -> Lie {
        let what = match error.classify() {
            Category::Data => "a field that does not belong there or has the wrong type",
            Category::Eof => "its end",
            Category::Syntax | Category::Io => "no JSON",
        };
        Lie::Malformed { what, line: error.line(), column: error.column() }
    }
}

impl ReplyDocument {
    /// Reads a reply and checks it against the action's description. `wrote` says whether a body was written.
    pub(crate) fn read(reply: &[u8], action: &Action, wrote: bool) -> Result<ReplyDocument, Lie> {
        if reply.len() > REPLY_BYTES {
            return Err(Spent::Reply.into());
        }
        let mut document: ReplyDocument = serde_json::from_slice(reply)?;
        for (name, value) in &document.headers {
            if !document.body || !is_header_value(value) {
                let known = HEADERS.iter().find(|header| name.eq_ignore_ascii_case(header));
                return Err(Lie::Header(known.copied().unwrap_or("a header")));
            }
        }
        let for_all = action.roles == [CallerRole::Stranger];
        document.headers.retain(|name, value| {
            let known = HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header));
            // What was made for one caller is theirs: caches on the way do not keep it for others.
            known && (for_all || !name.eq_ignore_ascii_case("cache-control") || !is_shared(value))
        });
        match (document.body, wrote, document.data.is_some()) {
            (true, false, _) => return Err(Lie::NoBody),
            (true, true, true) | (false, true, _) => return Err(Lie::BodyAndData),
            (true, true, false) => {}
            (false, false, _) => document.check_shape(&action.reply)?,
        }
        Ok(document)
    }

    /// Reads a reply that was checked before it was committed. Late values that were filled in since then may
    /// have made it longer, and change nothing else.
    pub(crate) fn read_again(reply: &[u8]) -> Result<ReplyDocument, serde_json::Error> {
        serde_json::from_slice(reply)
    }

    /// All that is asked of the data later, when columns are cut out of it, is found here: before the commit.
    fn check_shape(&self, ReplyShape { shape, fields, .. }: &ReplyShape) -> Result<(), Lie> {
        let data = self.data.as_deref().map_or("null", RawValue::get);
        let rows = match shape {
            Shape::Object if !fields.is_empty() => serde_json::from_str::<Row>(data).map(drop),
            Shape::List if !fields.is_empty() => serde_json::from_str::<Vec<Row>>(data).map(drop),
            _ => Ok(()),
        };
        let first = self.data.as_deref().and_then(|data| data.get().bytes().next());
        let found = match first {
            None | Some(b'n') => "nothing",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(_) => "a single value",
        };
        let described = match shape {
            Shape::Object => "an object",
            Shape::List => "a list",
            Shape::None => "nothing",
            Shape::Raw => "a body",
            Shape::Any => return Ok(()),
        };
        if found != described {
            return Err(Lie::Shape(found, described));
        }
        rows.map_err(|error| Lie::Row(Box::new(error.into())))
    }
}

/// A row that has columns: an object whose members have names that can be read.
struct Row;

#[derive(Deserialize)]
struct Name<'d>(#[serde(borrow)] Cow<'d, str>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                while let Some((Name(name), IgnoredAny)) = map.next_entry()? {
                    // Reading it has found out whether it is a name.
                    drop(name);
                }
                Ok(Row)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Whether a `Cache-Control` lets caches keep an answer that several people share.
fn is_shared(value: &str) -> bool {
    let words = value.split([',', '=']).map(str::trim);
    words.into_iter().any(|word| word.eq_ignore_ascii_case("public") || word.eq_ignore_ascii_case("s-maxage"))
}

/// Whether a text can be a header's value: printable ASCII, no line ends.
pub(crate) fn is_header_value(value: &str) -> bool {
    value.len() <= MAX_HEADER && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// A guest's refusal as ours. Its code must be one of the host's or of the action's description. One that the
/// host itself gave in this call is passed on whole.
pub(crate) fn refusal(told: GuestRefusal, given: Option<Refusal>, action: &Action) -> Result<Refusal, Lie> {
    if let Some(given) = given
        && given.code.as_str() == told.code
        && given.message == told.message
    {
        return Ok(given);
    }
    let code = Code::from(told.code);
    if let Code::Other(other) = &code
        && !action.refuses.contains(other)
    {
        return Err(Lie::Code(other.len()));
    }
    let message = crate::log::one_line(&told.message, MAX_MESSAGE);
    let field = told.field.map(|field| crate::log::one_line(&field, 64).into());
    Ok(Refusal { code, field, message: message.into(), retry_after: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::action::ReplyShape;

    fn action(shape: Shape) -> Action {
        let json = r#"{"surface":"s","name":"a","summary":"","roles":["line"],"refuses":["too_late"]}"#;
        let action: Action = serde_json::from_str(json).unwrap();
        Action { reply: ReplyShape { shape, ..ReplyShape::default() }, ..action }
    }

    fn read(reply: &str, shape: Shape, wrote: bool) -> Result<ReplyDocument, Lie> {
        ReplyDocument::read(reply.as_bytes(), &action(shape), wrote)
    }

    #[test]
    fn a_reply_of_another_shape_than_described_is_a_lie() {
        assert!(read(r#"{"data":{"a":1}}"#, Shape::Object, false).is_ok());
        assert!(read(r#"{"data":[1],"total":1}"#, Shape::List, false).is_ok());
        assert!(read("{}", Shape::None, false).is_ok());
        assert_eq!(read(r#"{"data":[]}"#, Shape::Object, false).unwrap_err(), Lie::Shape("a list", "an object"));
        assert_eq!(read(r#"{"data":{}}"#, Shape::Raw, false).unwrap_err(), Lie::Shape("an object", "a body"));
        assert!(matches!(read(r#"{"data":{},"status":500}"#, Shape::Any, false), Err(Lie::Malformed { .. })));
    }

    #[test]
    fn data_with_columns_is_objects_down_to_each_row() {
        let fields = serde_json::from_str(r#"{"id":{"type":"id"}}"#).unwrap();
        let with = |shape, reply: &str| {
            let action = action(shape);
            let action = Action { reply: ReplyShape { fields: Clone::clone(&fields), ..action.reply }, ..action };
            ReplyDocument::read(reply.as_bytes(), &action, false).map(drop)
        };
        assert_eq!(with(Shape::List, r#"{"data":[{"id":1},{}]}"#), Ok(()));
        assert_eq!(with(Shape::Object, r#"{"data":{"id":[1]}}"#), Ok(()));
        for reply in [r#"{"data":[10]}"#, r#"{"data":[{},null]}"#, r#"{"data":[[]]}"#, r#"{"data":[{"\ud800":1}]}"#] {
            assert!(matches!(with(Shape::List, reply), Err(Lie::Row(_))), "{reply}");
            assert!(read(reply, Shape::List, false).is_ok(), "without columns nothing is asked of it");
        }
    }

    #[test]
    fn a_body_must_have_been_written_and_stand_alone() {
        assert!(read(r#"{"body":true}"#, Shape::List, true).is_ok());
        assert_eq!(read(r#"{"body":true}"#, Shape::Raw, false).unwrap_err(), Lie::NoBody);
        assert_eq!(read(r#"{"data":{}}"#, Shape::Object, true).unwrap_err(), Lie::BodyAndData);
    }

    #[test]
    fn only_harmless_headers_with_clean_values_pass() {
        let header = |name: &str, value: &str| {
            let reply = serde_json::json!({ "body": true, "headers": { name: value } }).to_string();
            read(&reply, Shape::Raw, true).map(|document| document.headers.len())
        };
        assert_eq!(header("Content-Disposition", "attachment"), Ok(1));
        for (name, value) in [("set-cookie", "a=b"), ("access-control-allow-origin", "*"), ("location", "http://x")] {
            assert_eq!(header(name, value), Ok(0), "{name}");
        }
        assert_eq!(header("Cache-Control", "private, max-age=60"), Ok(1));
        for shared in ["public", "max-age=9, PUBLIC", "s-maxage=60"] {
            assert_eq!(header("Cache-Control", shared), Ok(0), "{shared}: it was made for one caller");
        }
        let forged = header("content-disposition", "a\r\nset-cookie: x");
        assert_eq!(forged, Err(Lie::Header("content-disposition")));
        let without_body = read(r#"{"data":{},"headers":{"content-language":"en"}}"#, Shape::Object, false);
        assert!(matches!(without_body, Err(Lie::Header(_))));
    }

    #[test]
    fn a_refusal_has_a_code_that_the_host_or_the_description_knows() {
        let told = |code: &str| GuestRefusal { code: code.into(), field: None, message: "No.\nReally.".into() };
        let action = action(Shape::Object);
        assert_eq!(refusal(told("not_found"), None, &action).unwrap().code, Code::NotFound);
        assert_eq!(refusal(told("too_late"), None, &action).unwrap().message, "No. Really.");
        assert_eq!(refusal(told("made_up"), None, &action), Err(Lie::Code(7)));
        let given = Refusal::new(Code::Conflict, "No.\nReally.").retry_after(3);
        assert_eq!(refusal(told("conflict"), Some(given.clone()), &action), Ok(given));
    }
}
