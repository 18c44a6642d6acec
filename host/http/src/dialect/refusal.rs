//! How a no sounds on a surface: the refusal table applied to a refusal, wherever it came from.
//! Refuses to know why it was refused; it only finds the sound and makes the answer.

use super::envelope;
use bytes::Bytes;
use host_core::action::{Sound, Surface};
use host_core::{Code, Refusal};
use std::borrow::Cow;

/// A refusal on its way to the surface's voice, with the HTTP status that the transport demands
/// whatever the table says (400 of a malformed request, 429 of a limit).
#[derive(Debug)]
pub(crate) struct Refused {
    /// Why.
    pub(crate) refusal: Refusal,
    /// The status, where the table has no say.
    pub(crate) http: Option<u16>,
}

impl Refused {
    /// A request that breaks the rules of requests; answered with 400 on every surface.
    pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Refused {
        Refused { refusal: Refusal::new(Code::InvalidInput, message), http: Some(400) }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused { refusal, http: None }
    }
}

/// An answer as the dialect wants it: nothing in it depends on the HTTP library.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Rendered {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Content-Type`; none for an empty body.
    pub(crate) content_type: Option<&'static str>,
    /// The body.
    pub(crate) body: Bytes,
    /// Seconds, for `Retry-After`.
    pub(crate) retry_after: Option<u32>,
}

/// The table's entry for a code, and whether it is the code's own or `default`. A description
/// without `default` never passes its validation.
pub(crate) fn sound<'s>(surface: &'s Surface, code: &str) -> Option<(&'s Sound, bool)> {
    match surface.refusals.get(code) {
        Some(sound) => Some((sound, true)),
        None => surface.refusals.get("default").map(|sound| (sound, false)),
    }
}

/// The code under which a table may list a fault of a plugin or of ours.
pub(crate) const FAULT: &str = "fault";

/// The status of codes that mean the transport, on surfaces whose table does not list them.
fn own_status(code: &str) -> Option<u16> {
    match code {
        FAULT => Some(500),
        "rate_limited" => Some(429),
        "too_large" => Some(413),
        "unavailable" => Some(503),
        _ => None,
    }
}

/// Says a refusal in the surface's voice. `setting` answers the tenant's value of a status
/// setting; `request` is the request's id.
pub(crate) fn spoken(
    surface: &Surface,
    refused: &Refused,
    request: &str,
    setting: impl Fn(&str) -> Option<u16>,
) -> Rendered {
    let refusal = &refused.refusal;
    let code = refusal.code.as_str();
    let Some((sound, own)) = sound(surface, code) else {
        let body = envelope::refusal(&surface.envelope, None, &refusal.message, request);
        let status = refused.http.or(own_status(code)).unwrap_or(500);
        return Rendered { status, content_type: Some(envelope::JSON), body, retry_after: refusal.retry_after };
    };
    let demanded = refused.http.or_else(|| if own { None } else { own_status(code) });
    let set = sound.http_setting.as_deref().and_then(setting).filter(|status| (200..600).contains(status));
    let status = demanded.or(set).unwrap_or(sound.http);
    let message = sound.message.as_deref().unwrap_or(&refusal.message);
    let (content_type, body) = match sound.body.as_deref() {
        Some("") => (None, Bytes::new()),
        Some(body) => (Some(type_of(body)), Bytes::copy_from_slice(body.as_bytes())),
        None => (Some(envelope::JSON), envelope::refusal(&surface.envelope, sound.word.as_deref(), message, request)),
    };
    Rendered { status, content_type, body, retry_after: refusal.retry_after }
}

/// The type of a fixed body, told by how it begins.
fn type_of(body: &str) -> &'static str {
    match body.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => envelope::JSON,
        Some(b'<') => "application/xml; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn panel() -> Surface {
        serde_json::from_value(json!({
            "name": "reseller",
            "mounts": [{"path": "/{code}/reseller/index.php"}],
            "credential": {"kind": "api_key", "parameter": "api_key"},
            "selector": {"kind": "parameter", "name": "action"},
            "envelope": {"kind": "status", "status": "status", "success": "STATUS_SUCCESS", "data": "data",
                "error": "error", "request": "request_id", "total": "recordsTotal", "matching": "recordsFiltered"},
            "refusals": {
                "default": {"http": 200, "word": "STATUS_FAILURE"},
                "auth_failed": {"http": 200, "word": "STATUS_FAILURE", "message": "Invalid API key."},
                "username_taken": {"http": 200, "word": "STATUS_EXISTS_USERNAME"},
                "unavailable": {"http": 503, "word": "STATUS_FAILURE"},
            },
        }))
        .unwrap()
    }

    fn player() -> Surface {
        serde_json::from_value(json!({
            "name": "player",
            "mounts": [{"path": "/player_api.php"}],
            "credential": {"kind": "line", "username": "username", "password": "password"},
            "selector": {"kind": "parameter", "name": "action"},
            "envelope": {"kind": "bare"},
            "refusals": {
                "default": {"http": 200, "body": "{\"user_info\":{\"auth\":0}}", "http_setting": "auth_failed_status"},
                "address_refused": {"http": 403, "body": ""},
            },
        }))
        .unwrap()
    }

    fn say(surface: &Surface, refusal: Refusal) -> Rendered {
        spoken(surface, &refusal.into(), "r1", |_| None)
    }

    fn json_of(spoken: &Rendered) -> Value {
        serde_json::from_slice(&spoken.body).unwrap()
    }

    #[test]
    fn a_panel_answers_in_its_envelope_with_the_word_of_the_code() {
        let taken = say(&panel(), Refusal::new(Code::UsernameTaken, "Taken; choose another."));
        assert_eq!(taken.status, 200);
        let expected = json!({"status": "STATUS_EXISTS_USERNAME", "data": [], "error": "Taken; choose another.", "request_id": "r1"});
        assert_eq!(json_of(&taken), expected);
    }

    #[test]
    fn the_table_may_replace_the_sentence() {
        let refused = say(&panel(), Refusal::new(Code::AuthFailed, "something internal"));
        assert_eq!(json_of(&refused)["error"], "Invalid API key.");
    }

    #[test]
    fn a_player_gets_the_fixed_body_with_the_status_that_the_tenant_set() {
        let refused = Refused::from(Refusal::new(Code::AuthFailed, "x"));
        let plain = spoken(&player(), &refused, "r1", |_| None);
        assert_eq!((plain.status, &plain.body[..]), (200, &br#"{"user_info":{"auth":0}}"#[..]));
        assert_eq!(plain.content_type, Some("application/json"));
        let set = spoken(&player(), &refused, "r1", |name| (name == "auth_failed_status").then_some(401));
        assert_eq!((set.status, set.body), (401, plain.body));
        let barred = say(&player(), Refusal::new(Code::AddressRefused, "x"));
        assert_eq!((barred.status, barred.content_type, barred.body.len()), (403, None, 0));
    }

    #[test]
    fn limits_and_faults_keep_their_status_where_the_table_is_silent() {
        let limited = say(&panel(), Refusal::new(Code::RateLimited, "Slow down.").retry_after(7));
        assert_eq!((limited.status, limited.retry_after), (429, Some(7)));
        assert_eq!(json_of(&limited)["status"], "STATUS_FAILURE");
        assert_eq!(say(&panel(), Refusal::new(Code::from("fault".to_owned()), "x")).status, 500);
        assert_eq!(say(&player(), Refusal::new(Code::Unavailable, "x")).status, 503);
        assert_eq!(spoken(&panel(), &Refused::malformed("x"), "r1", |_| None).status, 400);
    }
}
