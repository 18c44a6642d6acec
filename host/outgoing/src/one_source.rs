//! The port through which media asks, with what belongs to one source and without.

use crate::client::Outgoing;
use crate::cookies::Cookies;
use crate::request::Request;
use crate::source_headers::SourceHeaders;
use host_core::port::{ByteRange, Fetch, FetchError, Fetched, Pending};
use host_core::source::Source;
use std::sync::Arc;

impl Fetch for Outgoing {
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Pending::later(self.get(Request { url, range, ..Request::default() }))
    }

    fn for_one_source(self: Arc<Self>, source: &Source) -> Arc<dyn Fetch> {
        let (cookies, headers) = (Cookies::default(), SourceHeaders::new(source));
        Arc::new(OneSource { outgoing: self, cookies, headers })
    }
}

/// The requests of one source, which share its cookies and headers.
struct OneSource {
    outgoing: Arc<Outgoing>,
    cookies: Cookies,
    headers: Result<SourceHeaders, FetchError>,
}

impl Fetch for OneSource {
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Pending::later(async move {
            let headers = self.headers.as_ref().map_err(Clone::clone)?;
            let request = Request { url, range, ..Request::default() };
            self.outgoing.answer(request, Some((headers, &self.cookies))).await
        })
    }

    fn for_one_source(self: Arc<Self>, source: &Source) -> Arc<dyn Fetch> {
        self.outgoing.clone().for_one_source(source)
    }
}
