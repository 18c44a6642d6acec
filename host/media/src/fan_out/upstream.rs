//! Opens one source of a live stream as transport stream bytes. What an address leads to is told by
//! its answer, and remembered.

use super::paced::{is_recording, paced};
use crate::form::{Form, detect_form};
use crate::test_source::TestSource;
use crate::{hls, rtp, sound};
use host_core::port::{ByteStream, Fetch, FetchError, Fetched, Receive};
use host_core::reception::Framing;
use host_core::source::Source;
use host_core::stream::SourceForm;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::Notify;

/// How many addresses are remembered, with what they led to; those that are used least go first.
const MAX_KEPT: usize = 16_384;

/// What sources are opened with.
pub(crate) struct Upstream {
    /// For addresses.
    fetch: Arc<dyn Fetch>,
    /// For groups and ports.
    receive: Arc<dyn Receive>,
    /// For `test:NAME`.
    test: TestSource,
    /// Whether an address led to an HLS playlist when it was last opened.
    kept: quick_cache::sync::Cache<String, bool>,
    /// Something was added to that.
    news: Notify,
}

/// A source that has answered.
pub(crate) struct Opened {
    /// They end when the source does.
    pub(crate) bytes: ByteStream,
    /// It gives its bytes in portions and rests between them.
    pub(crate) rests: bool,
}

impl Opened {
    /// Bytes that flow, held back where they are those of a recording.
    fn flowing(bytes: ByteStream, is_recording: bool) -> Opened {
        Opened { bytes: if is_recording { paced(bytes) } else { bytes }, rests: false }
    }
}

impl Upstream {
    /// Remembers nothing yet.
    pub(crate) fn new(fetch: Arc<dyn Fetch>, receive: Arc<dyn Receive>, test: TestSource) -> Upstream {
        Upstream { fetch, receive, test, kept: quick_cache::sync::Cache::new(MAX_KEPT), news: Notify::new() }
    }

    /// Opens a source; `lost` counts the packets of RTP that never come.
    pub(crate) async fn open(&self, source: &Source, lost: &Arc<AtomicU64>) -> Result<Opened, FetchError> {
        match source.form() {
            Some(SourceForm::Test) => {
                Ok(Opened { bytes: self.test.open(source.url.trim_start_matches("test:")), rests: false })
            }
            Some(SourceForm::Datagrams) => self.receive(source, lost),
            Some(SourceForm::Ts | SourceForm::Hls) => {
                let fetch = self.fetch.clone().for_one_source(source);
                let (form, fetched) = self.ask(&*fetch, &source.url).await?;
                let is_recording = is_recording(fetched.content_length);
                match (form, form.unplayable()) {
                    (_, Some(reason)) => Err(FetchError::Unplayable(reason)),
                    (Form::Playlist, _) => Ok(Opened { bytes: hls::open_source(fetch, fetched).await?, rests: true }),
                    (Form::Sound, _) => Ok(Opened::flowing(sound::packed(fetched.body), is_recording)),
                    _ => Ok(Opened::flowing(fetched.body, is_recording)),
                }
            }
            Some(SourceForm::File) | None => {
                Err(FetchError::Unplayable("a live stream plays from http, https, udp, rtp or test sources"))
            }
        }
    }

    fn receive(&self, source: &Source, lost: &Arc<AtomicU64>) -> Result<Opened, FetchError> {
        let reception = source.reception().map_err(|_| FetchError::Forbidden("it is no udp or rtp address"))?;
        let datagrams = self.receive.receive(&reception)?;
        let bytes = match reception.framing {
            Framing::Bare => datagrams,
            Framing::Rtp => rtp::payloads(datagrams, lost.clone()),
        };
        Ok(Opened { bytes, rests: false })
    }

    /// Whether these sources are HLS, as far as that is remembered: one is, and none is something else.
    /// `None` when nothing is known of any. One of whose programs one is chosen counts as something else,
    /// because its segments cannot be handed on as they are.
    pub(crate) fn are_hls(&self, sources: &[Source]) -> Option<bool> {
        let known = |source: &Source| match source.form() {
            Some(SourceForm::Ts | SourceForm::Hls) if source.program.is_none() => self.kept.get(&source.url),
            _ => Some(false),
        };
        sources.iter().filter_map(known).reduce(|one, other| one && other)
    }

    /// Resolves when something is known of one of these sources, which somebody opens.
    pub(crate) async fn until_known(&self, sources: &[Source]) {
        loop {
            let mut news = pin!(self.news.notified());
            news.as_mut().enable();
            if self.are_hls(sources).is_some() {
                return;
            }
            news.await;
        }
    }

    /// What an address led to may have changed.
    pub(crate) fn forget(&self, source: &str) {
        self.kept.remove(source);
    }

    async fn ask(&self, fetch: &dyn Fetch, source: &str) -> Result<(Form, Fetched), FetchError> {
        let fetched = fetch.open(source, None).await?;
        if !matches!(fetched.status, 200 | 206) {
            return Err(FetchError::Status(fetched.status));
        }
        let (form, fetched) = detect_form(fetched).await?;
        // A page stands for a moment in place of what there was, and says nothing of it.
        if form != Form::Page {
            self.kept.insert(source.to_owned(), form == Form::Playlist);
            self.news.notify_waiters();
        }
        Ok((form, fetched))
    }
}
