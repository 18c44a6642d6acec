//! The headers of a source, and which of them a request may carry.

use host_core::port::FetchError;
use host_core::source::Source;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERER, USER_AGENT};
use url::Url;

/// Headers that say who asks and from where, and give no access: they go to every host that a source leads to, because
/// the segments of many sources lie elsewhere and are given to the same players only.
const FOR_ALL: [HeaderName; 5] = [ACCEPT, ACCEPT_LANGUAGE, ORIGIN, REFERER, USER_AGENT];

/// Everything else goes to the scheme, host and port of the source alone.
pub(crate) struct SourceHeaders {
    /// The source's address; none where it cannot be read.
    url: Option<Url>,
    headers: HeaderMap,
}

impl SourceHeaders {
    /// Those of a source.
    pub(crate) fn new(source: &Source) -> Result<SourceHeaders, FetchError> {
        let mut headers = HeaderMap::with_capacity(source.headers.len());
        for (name, value) in &source.headers {
            let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) else {
                return Err(FetchError::Forbidden("a header of the source has characters that no header may have"));
            };
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(SourceHeaders { url: Url::parse(&source.url).ok(), headers })
    }

    /// Adds what a request to this address carries.
    pub(crate) fn add(&self, url: &Url, request: &mut HeaderMap) {
        let is_source = self.url.as_ref().is_some_and(|source| source.origin() == url.origin());
        for (name, value) in &self.headers {
            if is_source || FOR_ALL.contains(name) {
                request.insert(name, value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_goes_to_the_source_alone_and_the_name_of_the_player_to_all() {
        let headers = [("User-Agent", "box"), ("Referer", "http://p/"), ("Authorization", "x"), ("Cookie", "y")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let source = Source { headers, ..Source::from("http://a.example:80/live.m3u8") };
        let headers = SourceHeaders::new(&source).unwrap();
        for (url, count) in [
            ("http://a.example/other", 4),
            ("https://a.example/other", 2),
            ("http://a.example:8080/other", 2),
            ("http://b.example/", 2),
        ] {
            let mut sent = HeaderMap::new();
            headers.add(&Url::parse(url).unwrap(), &mut sent);
            assert_eq!(sent.len(), count, "{url}");
            assert!(sent.contains_key(USER_AGENT) && sent.contains_key(REFERER));
        }
    }
}
