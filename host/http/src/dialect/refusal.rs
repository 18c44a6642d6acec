//! What a refusal becomes on a surface: the refusal table applied to a refusal, wherever it came from.

use super::envelope::{self, Said};
use bytes::Bytes;
use host_core::Refusal;
use host_core::action::Surface;
use std::borrow::Cow;

/// An answer as the dialect wants it: nothing in it depends on the HTTP library.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Rendered {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Content-Type`; none for an empty body.
    pub(crate) content_type: Option<Cow<'static, str>>,
    /// The body.
    pub(crate) body: Bytes,
    /// Seconds, for `Retry-After`.
    pub(crate) retry_after: Option<u32>,
}

/// Who is told a refusal.
pub(crate) struct Listener<'l> {
    /// The request's id.
    pub(crate) request: &'l str,
    /// What `Accept` says.
    pub(crate) accept: &'l str,
    /// The tenant's value of the setting that the table asks for.
    pub(crate) status: Option<u16>,
}

/// Says a refusal in the surface's voice.
pub(crate) fn spoken(surface: &Surface, refusal: &Refusal, to: &Listener<'_>) -> Rendered {
    let code = refusal.code.as_str();
    let rule = surface.rule(code).map(|(rule, _)| rule);
    let status = surface.refusal_status(code, to.status);
    let message = rule.and_then(|rule| rule.message.as_deref()).unwrap_or(&refusal.message);
    let said = Said {
        code: Some(code),
        word: rule.and_then(|rule| rule.word.as_deref()),
        message: Some(message),
        field: refusal.field.as_deref(),
        status,
        request: to.request,
        ..Said::default()
    };
    let fixed = rule.and_then(|rule| Some((rule.body_type(), rule.body.as_deref()?)));
    let (content_type, body) = match fixed {
        Some((content_type, body)) => (content_type.map(Cow::Borrowed), Bytes::copy_from_slice(body.as_bytes())),
        None => {
            let other = surface.envelope.others.iter().find(|other| accepts(to.accept, &other.accept));
            let template = other.map_or(&surface.envelope.refusal, |other| &other.refusal);
            let content_type = other.map_or(Cow::Borrowed(envelope::JSON), |other| Cow::Owned(other.accept.clone()));
            (Some(content_type), envelope::refusal(&surface.envelope, template, &said))
        }
    };
    Rendered { status, content_type, body, retry_after: refusal.retry_after }
}

/// Whether `Accept` names a type, not just anything.
fn accepts(accept: &str, kind: &str) -> bool {
    accept.split(',').any(|range| range.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::Code;
    use serde_json::{Value, json};

    fn panel() -> Surface {
        serde_json::from_value(json!({
            "name": "reseller",
            "mounts": [{"path": "/{code}/reseller/index.php"}],
            "credentials": [{"kind": "api_key", "parameter": "api_key"}],
            "envelope": {"success": "{data}", "refusal": {"status": "{word}", "data": [], "error": "{message}",
                "request_id": "{request}"}, "for": [{"accept": "application/problem+json",
                "refusal": {"status": "{status}", "detail": "{message}", "errors": "{details}"}}]},
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
            "credentials": [{"kind": "line", "username": "username", "password": "password"}],
            "envelope": {"success": "{data}", "refusal": {"error": "{message}"}},
            "refusals": {
                "default": {"http": 200, "body": "{\"user_info\":{\"auth\":0}}", "http_setting": "auth_failed_status"},
                "address_refused": {"http": 403, "body": ""},
            },
        }))
        .unwrap()
    }

    fn say(surface: &Surface, refusal: Refusal) -> Rendered {
        spoken(surface, &refusal, &Listener { request: "r1", accept: "*/*", status: None })
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
        let refused = Refusal::new(Code::AuthFailed, "x");
        let plain = say(&player(), refused.clone());
        assert_eq!((plain.status, &plain.body[..]), (200, &br#"{"user_info":{"auth":0}}"#[..]));
        assert_eq!(plain.content_type.as_deref(), Some("application/json"));
        let set = spoken(&player(), &refused, &Listener { request: "r1", accept: "", status: Some(401) });
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
        assert_eq!(say(&panel(), Refusal::malformed("x")).status, 400);
    }

    #[test]
    fn who_accepts_another_type_gets_its_template() {
        let taken = Refusal::field(Code::UsernameTaken, "username", "Taken.");
        let to = |accept| Listener { request: "r1", accept, status: None };
        let problem = spoken(&panel(), &taken, &to("text/html, application/problem+json;q=0.9"));
        assert_eq!(problem.content_type.as_deref(), Some("application/problem+json"));
        let errors = json!([{"field": "username", "code": "username_taken", "message": "Taken."}]);
        assert_eq!(json_of(&problem), json!({"status": 200, "detail": "Taken.", "errors": errors}));
        assert_eq!(spoken(&panel(), &taken, &to("*/*")).content_type.as_deref(), Some("application/json"));
    }
}
