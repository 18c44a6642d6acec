//! Streams that are asked for by a query, as some apps do: they are sent on to the path of the same stream, which says who
//! may have it.

use super::refusal::Denied;
use crate::answer;
use crate::route::stream_file;
use axum::response::Response;
use http::header::{CACHE_CONTROL, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// All but the unreserved characters of a URL.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Leads to the path behind a door, in the form that is asked for or else the usual one.
pub(super) fn moved(parts: &Parts, door: &str, usual: &str) -> Result<Response, Denied> {
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let asked = |wanted: &str| -> Option<Cow<'_, str>> {
        form_urlencoded::parse(query).find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value)
    };
    let (Some(username), Some(password), Some(stream)) = (asked("username"), asked("password"), asked("stream")) else {
        return Err(Denied::NotFound);
    };
    let extension = asked("extension").unwrap_or(Cow::Borrowed(usual));
    let file = format!("{stream}.{extension}");
    stream_file(&file).ok_or(Denied::NotFound)?;
    let [username, password] = [username, password].map(|text| utf8_percent_encode(&text, PART).to_string());
    let mut response = answer::empty(StatusCode::FOUND);
    let place = HeaderValue::from_str(&format!("/{door}/{username}/{password}/{file}"));
    response.headers_mut().insert(LOCATION, place.map_err(|_| Denied::NotFound)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(query: &str) -> Option<String> {
        let (parts, ()) = http::Request::get(format!("/streaming/live.php?{query}")).body(()).unwrap().into_parts();
        let response = moved(&parts, "live", "ts").ok()?;
        Some(response.headers()[LOCATION].to_str().unwrap().to_owned())
    }

    #[test]
    fn a_query_leads_to_the_path_of_its_stream() {
        let asked = |more: &str| place(&format!("username=a%20b/c&password=p%25w&{more}"));
        assert_eq!(asked("stream=7").unwrap(), "/live/a%20b%2Fc/p%25w/7.ts");
        assert_eq!(asked("stream=7&extension=m3u8").unwrap(), "/live/a%20b%2Fc/p%25w/7.m3u8");
        for wrong in ["", "stream=", "stream=7/8", "stream=../x", "stream=7&extension=a/b", "stream=7&extension=%0d%0a"]
        {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
        assert_eq!(place("username=a&stream=7"), None);
    }
}
