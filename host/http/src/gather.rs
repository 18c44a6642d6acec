//! Reads a request's parameters off the wire: path, query and, of a POST, the body, with limits on
//! size and time. Refuses to know what they mean; the dialect takes it from there.

use crate::dialect::{Gathered, Refused};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart};
use bytes::BytesMut;
use host_core::action::{Credential, Surface};
use host_core::{Code, Refusal};
use http::request::Parts;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Most bytes of a body.
const MAX_BODY: usize = 64 << 10;
/// Least speed of a body, in bytes a second.
const MIN_RATE: u32 = 1 << 10;

/// What a body is, by its `Content-Type`.
enum BodyForm {
    Form,
    Multipart,
    Json,
    Other,
}

/// The body of a request, read whole. Only a POST has one: players send `Content-Type` with GET.
/// It may lag behind the least speed by `slack`, and no more.
pub(crate) async fn body(parts: &Parts, body: Body, slack: Duration) -> Result<Bytes, Refused> {
    if parts.method != Method::POST {
        return Ok(Bytes::new());
    }
    let too_large = || Refused {
        refusal: Refusal::new(Code::TooLarge, "The body is too large; send at most 64 KiB."),
        http: Some(413),
    };
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
            Ok(Some(Err(_))) => return Err(Refused::malformed("The body ended early.")),
            Err(_) => return Err(Refused { http: Some(408), ..Refused::malformed("The body came too slowly.") }),
        }
    }
}

/// All parameters of a request to a surface.
pub(crate) async fn gathered<'r>(
    surface: &Surface,
    parts: &'r Parts,
    captures: &[(&'r str, &'r str)],
    body: &'r Bytes,
) -> Result<Gathered<'r>, Refused> {
    let mut gathered = Gathered::default();
    for (name, raw) in captures {
        gathered.add_segment(name, raw)?;
    }
    if let Some(query) = parts.uri.query() {
        gathered.add_query(query)?;
    }
    if body.is_empty() {
        return Ok(gathered);
    }
    match form(parts.headers.get(header::CONTENT_TYPE)) {
        BodyForm::Form => gathered.add_form(body)?,
        BodyForm::Multipart => add_multipart(&mut gathered, parts, body).await?,
        // Players send this type with bodies that are none; panels mean it.
        BodyForm::Json if !matches!(surface.credential, Credential::Line { .. }) => gathered.add_json(body)?,
        BodyForm::Json | BodyForm::Other => {}
    }
    Ok(gathered)
}

fn form(content_type: Option<&HeaderValue>) -> BodyForm {
    let Some(text) = content_type.and_then(|value| value.to_str().ok()) else { return BodyForm::Form };
    let essence = text.split(';').next().unwrap_or("").trim();
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    match () {
        () if is("application/x-www-form-urlencoded") => BodyForm::Form,
        () if is("multipart/form-data") => BodyForm::Multipart,
        () if is("application/json") => BodyForm::Json,
        () => BodyForm::Other,
    }
}

/// Adds the text fields of a multipart body; files are not taken here.
async fn add_multipart(gathered: &mut Gathered<'_>, parts: &Parts, body: &Bytes) -> Result<(), Refused> {
    let broken = || Refused::malformed("The multipart body cannot be read.");
    let mut request = Request::new(Body::from(body.clone()));
    if let Some(content_type) = parts.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    while let Some(field) = multipart.next_field().await.map_err(|_| broken())? {
        let Some(name) = field.name().map(str::to_owned).filter(|_| field.file_name().is_none()) else { continue };
        let value = field.text().await.map_err(|_| broken())?;
        gathered.add_field(name, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLACK: Duration = Duration::from_secs(5);

    async fn read(content_type: &str, text: &'static str) -> Result<Option<String>, Refused> {
        let surface = serde_json::from_value(serde_json::json!({
            "name": "s", "mounts": [{"path": "/api"}], "credential": {"kind": "api_key", "parameter": "api_key"},
            "envelope": {"kind": "bare"}, "refusals": {},
        }))
        .unwrap();
        let request = Request::post("/api?b=query").header(header::CONTENT_TYPE, content_type);
        let (parts, sent) = request.body(Body::from(text)).unwrap().into_parts();
        let bytes = body(&parts, sent, SLACK).await?;
        let gathered = gathered(&surface, &parts, &[], &bytes).await?;
        Ok(gathered.one("a")?.map(str::to_owned))
    }

    #[tokio::test]
    async fn a_body_is_read_by_its_type() {
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 2\r\n\
            --X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nfile\r\n--X--\r\n";
        for (content_type, text, expected) in [
            ("application/x-www-form-urlencoded; charset=utf-8", "a=1+2", Some("1 2")),
            ("multipart/form-data; boundary=X", multipart, Some("1 2")),
            ("application/json", r#"{"a":"1 2"}"#, Some("1 2")),
            ("text/plain", "a=1+2", None),
        ] {
            assert_eq!(read(content_type, text).await.unwrap().as_deref(), expected, "{content_type}");
        }
        assert_eq!(read("multipart/form-data", "--X").await.unwrap_err().http, Some(400));
        assert_eq!(read("application/json", "{").await.unwrap_err().http, Some(400));
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_before_it_is_read_whole() {
        let (parts, _) = Request::post("/").body(()).unwrap().into_parts();
        let endless = Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1_024]))
        }));
        assert_eq!(body(&parts, endless, SLACK).await.unwrap_err().refusal.code, Code::TooLarge);
    }

    #[tokio::test]
    async fn a_get_has_no_body_whatever_its_headers_say() {
        let (parts, sent) = Request::get("/").body(Body::from("a=1")).unwrap().into_parts();
        assert!(body(&parts, sent, SLACK).await.unwrap().is_empty());
    }
}
