//! Reads what a request sends off the wire: path, query, body, and the headers and cookies that somebody asks for, with
//! limits on size and time. What they mean, the dialect says.

use crate::cookies::cookie;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart};
use bytes::BytesMut;
use host_core::action::{Action, Part, Sent, Stands, Surface};
use host_core::{Code, Refusal};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Most bytes of a body that holds parameters.
pub const MAX_BODY: usize = 64 << 10;
/// Least speed of a body, in bytes a second.
const MIN_RATE: u32 = 1 << 10;

/// What a body is, by its `Content-Type`.
enum BodyForm {
    Form,
    Multipart,
    Json,
    Other,
}

/// The body of a request, read whole. A GET has none: players send `Content-Type` with it.
/// It may lag behind the least speed by `slack`, and no more.
pub(crate) async fn body(parts: &Parts, body: Body, slack: Duration) -> Result<Bytes, Refusal> {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(Bytes::new());
    }
    let too_large = || Refusal::new(Code::TooLarge, "The body is too large; send at most 64 KiB.");
    // Its announced length, which the HTTP library has checked: not a byte is asked for in vain.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let mut body = Limited::new(body, MAX_BODY);
    let mut read = BytesMut::new();
    let start = Instant::now() + slack;
    loop {
        let received = u32::try_from(read.len()).unwrap_or(u32::MAX);
        let due = start + Duration::from_secs(1) * received / MIN_RATE;
        match timeout_at(due, body.frame()).await {
            Ok(None) => return Ok(read.freeze()),
            Ok(Some(Ok(frame))) => read.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
            Ok(Some(Err(error))) if error.is::<LengthLimitError>() => return Err(too_large()),
            Ok(Some(Err(_))) => return Err(Refusal::malformed("The body ended early.")),
            Err(_) => return Err(Refusal::new(Code::TooSlow, "The body came too slowly.")),
        }
    }
}

/// All that a request to a surface sends, but for headers and cookies. `body` is empty where the action reads it
/// itself.
pub(crate) async fn sent<'r>(
    surface: &Surface,
    parts: &'r Parts,
    captures: &[(&'r str, &'r str)],
    body: &'r Bytes,
) -> Result<Sent<'r>, Refusal> {
    let mut sent = Sent::read_by(surface.reading.clone());
    for (name, raw) in captures {
        let value = decoded(raw).ok_or_else(|| Refusal::malformed("The path is not UTF-8 text."))?;
        sent.add_text(Part::Path, Cow::Borrowed(name), value)?;
    }
    if let Some(query) = parts.uri.query() {
        add_query(&mut sent, query)?;
    }
    if body.is_empty() {
        return Ok(sent);
    }
    match form(parts.headers.get(header::CONTENT_TYPE)) {
        BodyForm::Form => add_urlencoded(&mut sent, Part::Body, body)?,
        BodyForm::Multipart => add_multipart(&mut sent, parts, body).await?,
        // Players send this type with bodies that are none; panels mean it.
        BodyForm::Json if !surface.is_for_players() => sent.add_json(body)?,
        BodyForm::Json | BodyForm::Other => {}
    }
    Ok(sent)
}

/// Adds a query.
pub(crate) fn add_query<'r>(sent: &mut Sent<'r>, query: &'r str) -> Result<(), Refusal> {
    add_urlencoded(sent, Part::Query, query.as_bytes())
}

/// Adds the headers and cookies that an action's parameters stand in.
pub(crate) fn add_headers<'r>(sent: &mut Sent<'r>, action: &'r Action, headers: &'r HeaderMap) -> Result<(), Refusal> {
    for (name, parameter) in &action.parameters {
        let (part, value) = match &parameter.stands {
            Some(Stands::Header(header)) => (Part::Header, text(headers, header).map(Cow::Borrowed)),
            Some(Stands::Cookie(named)) => (Part::Cookie, cookie(headers, named).map(Cow::Owned)),
            Some(Stands::IfMatch) => (Part::Header, headers.get(header::IF_MATCH).and_then(version).map(Cow::Borrowed)),
            Some(Stands::Path | Stands::Query | Stands::Body) | None => continue,
        };
        if let Some(value) = value {
            sent.add_text(part, Cow::Borrowed(name), value)?;
        }
    }
    Ok(())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A version that no row has.
const NO_VERSION: &str = "0";

/// The version in `"7"`; `*` is any, so that there is nothing to compare. What is no version of ours, or several, is
/// one that no row has: a condition that cannot be read is never taken for none (RFC 9110, 13.1.1).
fn version(tag: &HeaderValue) -> Option<&str> {
    let tag = tag.to_str().unwrap_or_default().trim();
    let number = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let number = number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    (tag != "*").then(|| number.unwrap_or(NO_VERSION))
}

/// Percent-decodes a path segment once; `+` means itself there.
pub(crate) fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(raw).decode_utf8().ok()
}

fn add_urlencoded<'r>(sent: &mut Sent<'r>, part: Part, text: &'r [u8]) -> Result<(), Refusal> {
    form_urlencoded::parse(text).try_for_each(|(name, value)| sent.add_text(part, name, value))
}

fn form(content_type: Option<&HeaderValue>) -> BodyForm {
    let Some(text) = content_type.and_then(|value| value.to_str().ok()) else { return BodyForm::Form };
    let essence = text.split(';').next().unwrap_or("").trim();
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    match () {
        () if is("application/x-www-form-urlencoded") => BodyForm::Form,
        () if is("multipart/form-data") => BodyForm::Multipart,
        () if is("application/json") || essence.to_ascii_lowercase().ends_with("+json") => BodyForm::Json,
        () => BodyForm::Other,
    }
}

/// Adds the text fields of a multipart body; files are not taken here.
async fn add_multipart(sent: &mut Sent<'_>, parts: &Parts, body: &Bytes) -> Result<(), Refusal> {
    let broken = || Refusal::malformed("The multipart body cannot be read.");
    let mut request = Request::new(Body::from(body.clone()));
    if let Some(content_type) = parts.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    while let Some(field) = multipart.next_field().await.map_err(|_| broken())? {
        let Some(name) = field.name().map(str::to_owned).filter(|_| field.file_name().is_none()) else { continue };
        let value = field.text().await.map_err(|_| broken())?;
        sent.add_text(Part::Body, Cow::Owned(name), Cow::Owned(value))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLACK: Duration = Duration::from_secs(5);

    async fn read(content_type: &str, text: &'static str) -> Result<Option<String>, Refusal> {
        let surface = serde_json::from_value(serde_json::json!({
            "name": "s", "mounts": [{"path": "/api"}], "credentials": [{"kind": "api_key", "parameter": "api_key"}],
            "envelope": {"success": "{data}", "refusal": "{message}"}, "refusals": {},
        }))
        .unwrap();
        let request = Request::post("/api?b=query").header(header::CONTENT_TYPE, content_type);
        let (parts, received) = request.body(Body::from(text)).unwrap().into_parts();
        let bytes = body(&parts, received, SLACK).await?;
        let sent = sent(&surface, &parts, &[("c", "%41")], &bytes).await?;
        assert_eq!(sent.text("c")?.unwrap(), "A");
        Ok(sent.text("a")?.map(Cow::into_owned))
    }

    #[tokio::test]
    async fn a_body_is_read_by_its_type() {
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 2\r\n\
            --X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nfile\r\n--X--\r\n";
        for (content_type, text, expected) in [
            ("application/x-www-form-urlencoded; charset=utf-8", "a=1+2", Some("1 2")),
            ("multipart/form-data; boundary=X", multipart, Some("1 2")),
            ("application/json", r#"{"a":"1 2"}"#, Some("1 2")),
            ("application/merge-patch+json; charset=utf-8", r#"{"a":"1 2"}"#, Some("1 2")),
            ("text/plain", "a=1+2", None),
        ] {
            assert_eq!(read(content_type, text).await.unwrap().as_deref(), expected, "{content_type}");
        }
        assert_eq!(read("multipart/form-data", "--X").await.unwrap_err().code, Code::Malformed);
        assert_eq!(read("application/json", "{").await.unwrap_err().code, Code::Malformed);
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_before_it_is_read_whole() {
        let (parts, _) = Request::post("/").body(()).unwrap().into_parts();
        let endless = Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1_024]))
        }));
        assert_eq!(body(&parts, endless, SLACK).await.unwrap_err().code, Code::TooLarge);
    }

    #[tokio::test]
    async fn a_get_has_no_body_whatever_its_headers_say() {
        let (parts, sent) = Request::get("/").body(Body::from("a=1")).unwrap().into_parts();
        assert!(body(&parts, sent, SLACK).await.unwrap().is_empty());
    }

    #[test]
    fn a_parameter_may_stand_in_a_header_a_cookie_or_the_tag_of_a_version() {
        let action: Action = serde_json::from_value(serde_json::json!({
            "surface": "s", "name": "a", "summary": "", "roles": ["line"], "parameters": {
                "model": {"type": "text", "in": {"header": "x-model"}},
                "mac": {"type": "text", "in": {"cookie": "mac"}},
                "version": {"type": "count", "in": "if_match"},
            },
        }))
        .unwrap();
        let headers = [("x-model", "MAG254"), ("cookie", "mac=00%3A1A"), ("if-match", "\"7\"")];
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let mut sent = Sent::default();
        add_headers(&mut sent, &action, &headers).unwrap();
        let found = |name, part| sent.one(name, Some(part)).unwrap().unwrap().text().into_owned();
        assert_eq!(found("model", Part::Header), "MAG254");
        assert_eq!(found("mac", Part::Cookie), "00:1A");
        assert_eq!(found("version", Part::Header), "7");
        assert_eq!(version(&HeaderValue::from_static("*")), None);
        for other in ["", "7", "W/\"7\"", "\"6\", \"7\"", "\"\""] {
            assert_eq!(version(&HeaderValue::from_static(other)), Some(NO_VERSION), "{other}");
        }
    }
}
