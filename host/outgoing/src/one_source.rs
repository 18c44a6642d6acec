//! The port through which media asks, with and without cookies.

use crate::client::Outgoing;
use crate::cookies::Cookies;
use crate::request::Request;
use host_core::port::{ByteRange, Fetch, FetchError, Fetched, Pending};
use std::sync::Arc;

impl Fetch for Outgoing {
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Box::pin(self.get(Request { url, range, ..Request::default() }))
    }

    fn for_one_source(self: Arc<Self>) -> Arc<dyn Fetch> {
        Arc::new(OneSource { outgoing: self, cookies: Cookies::default() })
    }
}

/// The requests of one source, which share its cookies.
struct OneSource {
    outgoing: Arc<Outgoing>,
    cookies: Cookies,
}

impl Fetch for OneSource {
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Box::pin(self.outgoing.answer(Request { url, range, ..Request::default() }, Some(&self.cookies)))
    }

    fn for_one_source(self: Arc<Self>) -> Arc<dyn Fetch> {
        self.outgoing.clone().for_one_source()
    }
}
