//! What lies outside of the panel in these tests: a source that sends as fast as it is read, and
//! maps of the networks that break at one address.

use futures_util::{StreamExt, stream};
use host_core::port::{ByteRange, ByteStream, Fetch, FetchError, Fetched, Networks, Pending, Receive};
use host_core::reception::Reception;
use host_core::source::Source;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

/// A source of ten times as much as a picture needs.
pub(crate) const FAST: &str = "http://fast.test/live.ts";
/// Where this address lies, the maps do not know: they panic.
pub(crate) const UNMAPPED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);

pub(crate) struct Maps;

impl Networks for Maps {
    fn isp(&self, address: IpAddr) -> Option<String> {
        assert_ne!(address, UNMAPPED, "this test wants a panic");
        None
    }
    fn country(&self, _: IpAddr) -> Option<String> {
        None
    }
}

pub(crate) struct Elsewhere;

impl Fetch for Elsewhere {
    fn open<'a>(&'a self, url: &'a str, _: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Pending::later(async move {
            if url != FAST {
                return Err(FetchError::Forbidden("there is nothing else"));
            }
            let rounds = stream::repeat(()).then(|()| async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(host_media::sample_clip().into())
            });
            Ok(Fetched {
                status: 200,
                content_type: None,
                content_length: None,
                content_range: None,
                validators: Default::default(),
                final_url: url.to_owned(),
                body: Box::pin(rounds),
            })
        })
    }

    fn for_one_source(self: Arc<Self>, _: &Source) -> Arc<dyn Fetch> {
        self
    }
}

impl Receive for Elsewhere {
    fn receive(&self, _: &Reception) -> Result<ByteStream, FetchError> {
        Err(FetchError::Forbidden("there are no datagrams"))
    }
}
