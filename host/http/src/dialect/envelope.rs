//! How a surface wraps what it says: nothing around it, or a status object beside it.
//! Refuses to know HTTP; it writes JSON.

use bytes::Bytes;
use host_core::action::Envelope;
use serde_json::Value;

/// The type of every envelope.
pub(crate) const JSON: &str = "application/json";

/// The field of a paged list that says how many rows this answer has at most: the `limit` that was
/// asked for, as far as it goes.
const LIMIT: &str = "recordsLimit";
/// The field that names what was sent and passed over, where something was.
const IGNORED: &str = "ignored";

/// A success to be wrapped.
pub(crate) struct Success<'a> {
    /// The plugin's data, trimmed to the caller's columns.
    pub(crate) data: &'a str,
    /// Rows in scope, on lists.
    pub(crate) total: Option<u64>,
    /// Rows that match, on lists.
    pub(crate) matching: Option<u64>,
    /// Most rows of this answer, on lists with pages.
    pub(crate) limit: Option<u64>,
    /// What would be written, in a dry run.
    pub(crate) plan: Option<&'a Value>,
    /// Names that were sent and passed over; a bare reply does not tell them.
    pub(crate) ignored: &'a [String],
    /// The request's id.
    pub(crate) request: &'a str,
}

/// Writes a success.
pub(crate) fn success(envelope: &Envelope, said: &Success<'_>) -> Bytes {
    let mut text = Vec::with_capacity(said.data.len() + 160);
    match envelope {
        Envelope::Bare if said.plan.is_none() => text.extend_from_slice(said.data.as_bytes()),
        Envelope::Bare => object(&mut text, |object| {
            object.raw("data", said.data);
            object.dry_run(said.plan);
        }),
        Envelope::Status { status, success, data, request, total, matching, .. } => object(&mut text, |object| {
            object.text(status, success);
            // Clients of these panels were written against PHP, where "nothing" is an empty array.
            object.raw(data, if said.data == "null" { "[]" } else { said.data });
            if let Some(rows) = said.total {
                object.raw(total, &rows.to_string());
            }
            if let Some(rows) = said.matching {
                object.raw(matching, &rows.to_string());
            }
            if let Some(limit) = said.limit {
                object.raw(LIMIT, &limit.to_string());
            }
            object.dry_run(said.plan);
            if !said.ignored.is_empty() {
                object.raw(IGNORED, &Value::from(said.ignored).to_string());
            }
            object.text(request, said.request);
        }),
    }
    Bytes::from(text)
}

/// Writes a refusal. `word` is the table's status word.
pub(crate) fn refusal(envelope: &Envelope, word: Option<&str>, message: &str, id: &str) -> Bytes {
    let mut text = Vec::with_capacity(message.len() + 120);
    match envelope {
        Envelope::Bare => object(&mut text, |object| {
            object.text("error", message);
            object.text("request_id", id);
        }),
        Envelope::Status { status, data, error, request, .. } => object(&mut text, |object| {
            object.text(status, word.unwrap_or("STATUS_FAILURE"));
            object.raw(data, "[]");
            object.text(error, message);
            object.text(request, id);
        }),
    }
    Bytes::from(text)
}

/// Writes the members of one JSON object, in the order they are given.
struct Object<'t> {
    text: &'t mut Vec<u8>,
    empty: bool,
}

fn object(text: &mut Vec<u8>, members: impl FnOnce(&mut Object<'_>)) {
    text.push(b'{');
    members(&mut Object { text, empty: true });
    text.push(b'}');
}

impl Object<'_> {
    fn raw(&mut self, name: &str, json: &str) {
        if !std::mem::replace(&mut self.empty, false) {
            self.text.push(b',');
        }
        quote(self.text, name);
        self.text.push(b':');
        self.text.extend_from_slice(json.as_bytes());
    }

    fn text(&mut self, name: &str, value: &str) {
        self.raw(name, "");
        quote(self.text, value);
    }

    fn dry_run(&mut self, plan: Option<&Value>) {
        if let Some(plan) = plan {
            self.raw("dry_run", "true");
            self.raw("plan", &plan.to_string());
        }
    }
}

/// Writing a string into memory cannot fail; the result says so only by its type.
fn quote(text: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(text, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status() -> Envelope {
        serde_json::from_value(json!({"kind": "status", "status": "status", "success": "STATUS_SUCCESS",
            "data": "data", "error": "error", "request": "request_id", "total": "recordsTotal",
            "matching": "recordsFiltered"}))
        .unwrap()
    }

    fn wrapped(envelope: &Envelope, data: &str, totals: Option<(u64, u64)>, plan: Option<&Value>) -> String {
        let (total, matching) = totals.unzip();
        let bytes = success(
            envelope,
            &Success { data, total, matching, limit: total.map(|_| 25), plan, ignored: &[], request: "r\"1" },
        );
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_bare_reply_is_the_data_byte_for_byte() {
        assert_eq!(wrapped(&Envelope::Bare, r#"[ {"a" : 1} ]"#, Some((1, 1)), None), r#"[ {"a" : 1} ]"#);
    }

    #[test]
    fn a_status_reply_has_word_data_totals_most_rows_and_request() {
        assert_eq!(
            wrapped(&status(), "[1,2]", Some((9, 2)), None),
            r#"{"status":"STATUS_SUCCESS","data":[1,2],"recordsTotal":9,"recordsFiltered":2,"recordsLimit":25,"request_id":"r\"1"}"#
        );
        assert_eq!(
            wrapped(&status(), "null", None, None),
            r#"{"status":"STATUS_SUCCESS","data":[],"request_id":"r\"1"}"#
        );
    }

    #[test]
    fn a_dry_run_shows_its_plan_in_both_envelopes() {
        let plan = json!({"changes": []});
        assert_eq!(
            wrapped(&status(), "{}", None, Some(&plan)),
            r#"{"status":"STATUS_SUCCESS","data":{},"dry_run":true,"plan":{"changes":[]},"request_id":"r\"1"}"#
        );
        assert_eq!(
            wrapped(&Envelope::Bare, "{}", None, Some(&plan)),
            r#"{"data":{},"dry_run":true,"plan":{"changes":[]}}"#
        );
    }

    #[test]
    fn a_refusal_cannot_break_out_of_its_string() {
        let text = refusal(&status(), Some("STATUS_X"), "a\",\"b\n", "r1");
        let value: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value["error"], "a\",\"b\n");
        assert_eq!(value["status"], "STATUS_X");
    }
}
