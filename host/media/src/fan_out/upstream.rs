//! Opens one source of a live stream as transport stream bytes, whatever its form.
//! Knows no order of sources and no viewers.

use crate::hls;
use crate::test_source::TestSource;
use host_core::port::{ByteStream, Fetch, FetchError};
use host_core::stream::{SourceForm, source_form};
use std::sync::Arc;

/// What sources are opened with.
pub(crate) struct Upstream {
    /// For addresses.
    pub(crate) fetch: Arc<dyn Fetch>,
    /// For `test:NAME`.
    pub(crate) test: TestSource,
}

impl Upstream {
    /// Opens a source. The bytes end when the source does.
    pub(crate) async fn open(&self, source: &str) -> Result<ByteStream, FetchError> {
        match source_form(source) {
            Some(SourceForm::Ts) => {
                let fetched = self.fetch.open(source, None).await?;
                match fetched.status {
                    200 | 206 => Ok(fetched.body),
                    status => Err(FetchError::Broken(format!("status {status}"))),
                }
            }
            Some(SourceForm::Hls) => hls::open_source(self.fetch.clone(), source).await,
            Some(SourceForm::Test) => Ok(self.test.open(source.trim_start_matches("test:"))),
            Some(SourceForm::File) | None => {
                Err(FetchError::Forbidden("a live stream plays from http, https or test sources"))
            }
        }
    }
}
