//! The cookies of one source, each bound to the host that set it.

use cookie_store::{CookieStore, RawCookie};
use parking_lot::Mutex;
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Most cookies that are kept for one source.
const MAX_COOKIES: usize = 64;
/// Longest cookie that is kept, in bytes; browsers have the same limit.
const MAX_BYTES: usize = 4_096;

/// What the servers of one source asked to be sent back.
#[derive(Default)]
pub(crate) struct Cookies(Mutex<CookieStore>);

impl Cookies {
    /// The header for a request to this address, if its host has set a cookie for it.
    pub(crate) fn of(&self, url: &Url) -> Option<HeaderValue> {
        let store = self.0.lock();
        let pairs: Vec<_> = store.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return None;
        }
        let mut value = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Keeps what an answer from this address sets. The attribute that would widen a cookie to other
    /// hosts is left out: a source's pass is nobody else's.
    pub(crate) fn keep(&self, headers: &HeaderMap, url: &Url) {
        let set = headers.get_all(SET_COOKIE).iter().filter(|value| value.len() <= MAX_BYTES);
        let set = set.filter_map(|value| RawCookie::parse(value.to_str().ok()?).ok());
        let mut store = self.0.lock();
        for mut cookie in set {
            cookie.unset_domain();
            let host = url.host_str().unwrap_or_default();
            if store.contains_any(host, cookie.path().unwrap_or("/"), cookie.name())
                || store.iter_unexpired().count() < MAX_COOKIES
            {
                // One that is not for this address is not kept, which is what the rules ask.
                let _ = store.insert_raw(&cookie, url);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(from: &str, set: &[&str]) -> Cookies {
        let cookies = Cookies::default();
        let mut headers = HeaderMap::new();
        for set in set {
            headers.append(SET_COOKIE, HeaderValue::from_str(set).unwrap());
        }
        cookies.keep(&headers, &Url::parse(from).unwrap());
        cookies
    }

    fn sent(cookies: &Cookies, to: &str) -> Option<String> {
        cookies.of(&Url::parse(to).unwrap()).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_and_path_and_to_no_other() {
        let cookies = kept("http://a.example/live/list", &["pass=1; Domain=example; Path=/live", "tls=2; Secure"]);
        assert_eq!(sent(&cookies, "http://a.example/live/1.ts").as_deref(), Some("pass=1"));
        assert_eq!(sent(&cookies, "http://a.example:8080/live/1.ts").as_deref(), Some("pass=1"));
        for other in ["http://a.example/", "http://example/live", "http://b.a.example/live", "http://other/live"] {
            assert_eq!(sent(&cookies, other), None, "{other}");
        }
    }

    #[test]
    fn a_server_that_sets_cookies_without_end_fills_no_memory() {
        let many: Vec<_> = (0..1_000).map(|n| format!("c{n}=1")).collect();
        let cookies = kept("http://a.example/", &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(sent(&cookies, "http://a.example/").unwrap().split("; ").count(), MAX_COOKIES);
        let long = format!("long={}", "x".repeat(MAX_BYTES));
        assert_eq!(sent(&kept("http://a.example/", &[&long]), "http://a.example/"), None);
    }
}
