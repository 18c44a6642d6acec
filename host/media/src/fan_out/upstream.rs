//! Opens one source of a live stream as transport stream bytes, whatever its form.

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

/// A source that has answered.
pub(crate) struct Opened {
    /// They end when the source does.
    pub(crate) bytes: ByteStream,
    /// It gives its bytes in portions and rests between them.
    pub(crate) rests: bool,
}

impl Upstream {
    /// Opens a source.
    pub(crate) async fn open(&self, source: &str) -> Result<Opened, FetchError> {
        match source_form(source) {
            Some(SourceForm::Ts) => {
                let fetched = self.fetch.clone().for_one_source().open(source, None).await?;
                match fetched.status {
                    200 | 206 => Ok(Opened { bytes: fetched.body, rests: false }),
                    status => Err(FetchError::Status(status)),
                }
            }
            Some(SourceForm::Hls) => {
                Ok(Opened { bytes: hls::open_source(self.fetch.clone(), source).await?, rests: true })
            }
            Some(SourceForm::Test) => {
                Ok(Opened { bytes: self.test.open(source.trim_start_matches("test:")), rests: false })
            }
            Some(SourceForm::File) | None => {
                Err(FetchError::Unplayable("a live stream plays from http, https or test sources"))
            }
        }
    }
}
