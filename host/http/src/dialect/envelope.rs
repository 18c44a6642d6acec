//! Fills the templates of a surface's envelope, as JSON.

use bytes::Bytes;
use host_core::action::{Absent, Envelope, SPREAD, Slot, Template};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The type of what an envelope makes.
pub(crate) const JSON: &str = "application/json";

/// What is known of an answer.
#[derive(Default)]
pub(crate) struct Said<'a> {
    /// The action's data as JSON, trimmed to the caller's columns.
    pub(crate) data: Option<&'a str>,
    /// Rows in scope, on lists.
    pub(crate) total: Option<u64>,
    /// Rows that match, on lists.
    pub(crate) matching: Option<u64>,
    /// Most rows of this answer, on lists with pages.
    pub(crate) limit: Option<u64>,
    /// Where the next page begins.
    pub(crate) cursor: Option<&'a str>,
    /// Whether there is a next page, on lists with cursors.
    pub(crate) more: Option<bool>,
    /// Names that were sent and passed over.
    pub(crate) ignored: &'a [String],
    /// What would be written, in a dry run.
    pub(crate) plan: Option<&'a Value>,
    /// What a page sends with what it changes.
    pub(crate) csrf: Option<&'a str>,
    /// The refusal's code.
    pub(crate) code: Option<&'a str>,
    /// The table's word for it.
    pub(crate) word: Option<&'a str>,
    /// The refusal's sentence.
    pub(crate) message: Option<&'a str>,
    /// The field that it is about.
    pub(crate) field: Option<&'a str>,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The request's id.
    pub(crate) request: &'a str,
}

impl Said<'_> {
    /// A slot's value as JSON; none where this answer has none.
    fn value(&self, slot: Slot) -> Option<Cow<'_, str>> {
        let number = |number: Option<u64>| number.map(|number| Cow::Owned(number.to_string()));
        let text = |text: Option<&str>| text.map(|text| Cow::Owned(quoted(text)));
        match slot {
            Slot::Data => self.data.filter(|data| *data != "null").map(Cow::Borrowed),
            Slot::Total => number(self.total),
            Slot::Matching => number(self.matching),
            Slot::Limit => number(self.limit),
            Slot::Cursor => text(self.cursor),
            Slot::More => self.more.map(|more| Cow::Borrowed(if more { "true" } else { "false" })),
            Slot::Ignored => (!self.ignored.is_empty()).then(|| Cow::Owned(json!(self.ignored).to_string())),
            Slot::DryRun => self.plan.map(|_| Cow::Borrowed("true")),
            Slot::Plan => self.plan.map(|plan| Cow::Owned(plan.to_string())),
            Slot::Csrf => text(self.csrf),
            Slot::Code => text(self.code),
            Slot::Word => text(self.word),
            Slot::Message => text(self.message),
            Slot::Field => text(self.field),
            Slot::Details => Some(Cow::Owned(self.details())),
            Slot::Status => Some(Cow::Owned(self.status.to_string())),
            Slot::Request => text(Some(self.request)),
        }
    }

    fn details(&self) -> String {
        match self.field {
            Some(field) => json!([{"field": field, "code": self.code, "message": self.message}]).to_string(),
            None => "[]".to_owned(),
        }
    }
}

/// Writes a success by the surface's template, or by the action's own. A plan that the template has no slot for
/// stands beside what it makes.
pub(crate) fn success(envelope: &Envelope, own: Option<&Template>, said: &Said<'_>) -> Bytes {
    let mut text = Vec::with_capacity(said.data.map_or(0, str::len) + 160);
    let template = own.unwrap_or(&envelope.success);
    match said.plan.filter(|_| !template.has(Slot::Plan)) {
        None => drop(fill(template, said, &mut text)),
        Some(plan) => {
            text.extend_from_slice(b"{\"data\":");
            if !fill(template, said, &mut text) {
                text.extend_from_slice(b"null");
            }
            text.extend_from_slice(b",\"dry_run\":true,\"plan\":");
            text.extend_from_slice(plan.to_string().as_bytes());
            text.push(b'}');
        }
    }
    finished(envelope, text)
}

/// Writes a refusal by the surface's template, or by another one of its envelope.
pub(crate) fn refusal(envelope: &Envelope, template: &Template, said: &Said<'_>) -> Bytes {
    let mut text = Vec::with_capacity(said.message.map_or(0, str::len) + 160);
    fill(template, said, &mut text);
    finished(envelope, text)
}

fn finished(envelope: &Envelope, text: Vec<u8>) -> Bytes {
    if envelope.escaped_slashes { Bytes::from(with_escaped_slashes(&text)) } else { Bytes::from(text) }
}

/// Fills a template; false when it is left out.
fn fill(template: &Template, said: &Said<'_>, text: &mut Vec<u8>) -> bool {
    match template {
        Template::Constant(value) => text.extend_from_slice(value.to_string().as_bytes()),
        Template::Slot(slot, absent) => match (said.value(*slot), absent) {
            (Some(json), _) => text.extend_from_slice(json.as_bytes()),
            (None, Absent::Left) => return false,
            (None, Absent::Null) => text.extend_from_slice(b"null"),
            (None, Absent::Json(json)) => text.extend_from_slice(json.as_bytes()),
        },
        Template::Object(members) => {
            let mut parts = Parts::begin(text, b'{');
            for (name, member) in members {
                parts.part(Some(name), member, said);
            }
            parts.end(b'}');
        }
        Template::List(items) => {
            let mut parts = Parts::begin(text, b'[');
            for item in items {
                parts.part(None, item, said);
            }
            parts.end(b']');
        }
    }
    true
}

/// Members or items, with commas between those that are there.
struct Parts<'t> {
    text: &'t mut Vec<u8>,
    is_first: bool,
}

impl<'t> Parts<'t> {
    fn begin(text: &'t mut Vec<u8>, open: u8) -> Parts<'t> {
        text.push(open);
        Parts { text, is_first: true }
    }

    fn part(&mut self, name: Option<&str>, template: &Template, said: &Said<'_>) {
        let before = self.text.len();
        if !self.is_first {
            self.text.push(b',');
        }
        if name == Some(SPREAD) {
            return self.spread(template, said, before);
        }
        if let Some(name) = name {
            self.text.extend_from_slice(quoted(name).as_bytes());
            self.text.push(b':');
        }
        if fill(template, said, self.text) {
            self.is_first = false;
        } else {
            self.text.truncate(before);
        }
    }

    /// The members of an object, without its braces.
    fn spread(&mut self, template: &Template, said: &Said<'_>, before: usize) {
        let begin = self.text.len();
        fill(template, said, self.text);
        let object = self.text.get(begin..).map(<[u8]>::trim_ascii);
        let members = object.and_then(|object| object.strip_prefix(b"{")?.strip_suffix(b"}"));
        match members.map(<[u8]>::trim_ascii).filter(|members| !members.is_empty()).map(<[u8]>::to_vec) {
            Some(members) => {
                self.text.truncate(begin);
                self.text.extend_from_slice(&members);
                self.is_first = false;
            }
            None => self.text.truncate(before),
        }
    }

    fn end(self, close: u8) {
        self.text.push(close);
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// JSON with `/` written as `\/`. One that is escaped already stays as it is.
fn with_escaped_slashes(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len() + 16);
    let mut is_escaped = false;
    for byte in text {
        if *byte == b'/' && !is_escaped {
            escaped.push(b'\\');
        }
        is_escaped = *byte == b'\\' && !is_escaped;
        escaped.push(*byte);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Envelope {
        let text = r#"{"success":{"status":"STATUS_SUCCESS","data":"{data:[]}","recordsTotal":"{total?}",
            "recordsFiltered":"{matching?}","recordsLimit":"{limit?}","dry_run":"{dry_run?}","plan":"{plan?}",
            "ignored":"{ignored?}","request_id":"{request}"},
            "refusal":{"status":"{word}","data":[],"error":"{message}","request_id":"{request}"}}"#;
        serde_json::from_str(text).unwrap()
    }

    fn bare() -> Envelope {
        serde_json::from_str(r#"{"success":"{data}","refusal":{"error":"{message}","request_id":"{request}"}}"#)
            .unwrap()
    }

    fn wrapped(envelope: &Envelope, data: &str, totals: Option<(u64, u64)>, plan: Option<&Value>) -> String {
        let (total, matching) = totals.unzip();
        let limit = total.map(|_| 25);
        let said = Said { data: Some(data), total, matching, limit, plan, request: "r\"1", ..Said::default() };
        String::from_utf8(success(envelope, None, &said).to_vec()).unwrap()
    }

    #[test]
    fn a_bare_reply_is_the_data_byte_for_byte() {
        assert_eq!(wrapped(&bare(), r#"[ {"a" : 1} ]"#, Some((1, 1)), None), r#"[ {"a" : 1} ]"#);
    }

    #[test]
    fn slots_that_have_no_value_are_null_left_out_or_what_the_template_says() {
        assert_eq!(
            wrapped(&status(), "[1,2]", Some((9, 2)), None),
            r#"{"status":"STATUS_SUCCESS","data":[1,2],"recordsTotal":9,"recordsFiltered":2,"recordsLimit":25,"request_id":"r\"1"}"#
        );
        assert_eq!(
            wrapped(&status(), "null", None, None),
            r#"{"status":"STATUS_SUCCESS","data":[],"request_id":"r\"1"}"#
        );
        let paged = r#"{"success":{"data":"{data}","page":{"more":"{more}","next":"{cursor}"},"l":["{total?}",1]},"refusal":{}}"#;
        let paged: Envelope = serde_json::from_str(paged).unwrap();
        assert_eq!(wrapped(&paged, "[]", None, None), r#"{"data":[],"page":{"more":null,"next":null},"l":[1]}"#);
    }

    #[test]
    fn an_object_may_lend_its_members() {
        let own: Template = serde_json::from_str(r#"{"result":true,"...":"{data}","n":1}"#).unwrap();
        let of = |data| {
            let said = Said { data: Some(data), ..Said::default() };
            String::from_utf8(success(&bare(), Some(&own), &said).to_vec()).unwrap()
        };
        assert_eq!(of(r#"{"id":7}"#), r#"{"result":true,"id":7,"n":1}"#);
        assert_eq!((of("{ }"), of("[]")), (r#"{"result":true,"n":1}"#.into(), r#"{"result":true,"n":1}"#.into()));
    }

    #[test]
    fn a_dry_run_shows_its_plan_in_every_envelope() {
        let plan = json!({"changes": []});
        assert_eq!(
            wrapped(&status(), "{}", None, Some(&plan)),
            r#"{"status":"STATUS_SUCCESS","data":{},"dry_run":true,"plan":{"changes":[]},"request_id":"r\"1"}"#
        );
        assert_eq!(wrapped(&bare(), "{}", None, Some(&plan)), r#"{"data":{},"dry_run":true,"plan":{"changes":[]}}"#);
    }

    #[test]
    fn a_refusal_cannot_break_out_of_its_string() {
        let said = Said { word: Some("STATUS_X"), message: Some("a\",\"b\n"), request: "r1", ..Said::default() };
        let text = refusal(&status(), &status().refusal, &said);
        let value: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!((&value["error"], &value["status"]), (&json!("a\",\"b\n"), &json!("STATUS_X")));
    }

    #[test]
    fn slashes_are_escaped_once_where_php_wrote_them_so() {
        let envelope = Envelope { escaped_slashes: true, ..bare() };
        assert_eq!(wrapped(&envelope, r#"["a/b","c\/d","e\\/"]"#, None, None), r#"["a\/b","c\/d","e\\\/"]"#);
    }
}
