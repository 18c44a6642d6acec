//! Cookies: the one of a name that a request has, and those that the host sets. Only sessions live in them.

use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The value of a request's cookie, decoded; boxes and players write some with percent signs and some without.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(Cookie::split_parse_encoded).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// `Set-Cookie` of a session's token for this path and what lies below: no script reads it, no other site sends it, and
/// over HTTPS it goes over nothing else. It lasts `seconds`; an empty token takes the cookie away.
pub(crate) fn of_session(name: &str, token: &str, path: &str, is_secure: bool, seconds: i64) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, token))
        .path(path)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_secure)
        .max_age(Duration::seconds(if token.is_empty() { 0 } else { seconds }));
    HeaderValue::from_str(&cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_name_in_any_writing() {
        let of = |text: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, text.parse().unwrap())]);
            cookie(&headers, "mac")
        };
        assert_eq!(of("stb_lang=en; mac=00:1A:79; timezone=").as_deref(), Some("00:1A:79"));
        assert_eq!(of("mac=00%3A1A%3A79").as_deref(), Some("00:1A:79"));
        assert_eq!(of("macs=1; =2; mac"), None);
    }

    #[test]
    fn a_session_is_in_a_cookie_that_no_script_reads_and_no_other_site_sends() {
        let set = |token, is_secure| of_session("sid", token, "/x/desk", is_secure, 60).unwrap();
        assert_eq!(set("t1", true), "sid=t1; HttpOnly; SameSite=Strict; Secure; Path=/x/desk; Max-Age=60");
        assert_eq!(set("t1", false), "sid=t1; HttpOnly; SameSite=Strict; Path=/x/desk; Max-Age=60");
        assert_eq!(set("", false), "sid=; HttpOnly; SameSite=Strict; Path=/x/desk; Max-Age=0");
    }
}
