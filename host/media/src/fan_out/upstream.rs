//! Opens one source of a live stream as transport stream bytes. What an address leads to is told by
//! its answer, and remembered.

use super::paced::{is_recording, paced};
use crate::form::{Form, detect_form};
use crate::supervisor::{Input, Job, Owner, Supervisor, Work};
use crate::test_source::TestSource;
use crate::{hls, movie, rtp, sound};
use host_core::DocumentId;
use host_core::port::{ByteStream, Fetch, FetchError, Fetched, Library, Receive};
use host_core::reception::Framing;
use host_core::source::Source;
use host_core::stream::SourceForm;
use host_core::transcode::Profile;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::Notify;

/// How many addresses are remembered, with what they led to; those that are used least go first.
const MAX_KEPT: usize = 16_384;

/// What hears of a stream that is to be transcoded where that cannot be.
const NEEDS_FFMPEG: FetchError = FetchError::Unplayable("it is made by ffmpeg, which is not installed");

/// What sources are opened with.
pub(crate) struct Upstream {
    /// For addresses.
    pub(crate) fetch: Arc<dyn Fetch>,
    /// For groups and ports.
    pub(crate) receive: Arc<dyn Receive>,
    /// For `test:NAME`.
    pub(crate) test: TestSource,
    /// For what ffmpeg makes.
    pub(crate) supervisor: Arc<Supervisor>,
    /// For streams that are sent in another form than their source has.
    pub(crate) library: Arc<dyn Library>,
    /// What files lie below.
    pub(crate) root: Option<PathBuf>,
    pub(crate) known: Known,
}

/// What is remembered of addresses.
pub(crate) struct Known {
    /// Whether an address led to an HLS playlist when it was last opened.
    kept: quick_cache::sync::Cache<String, bool>,
    /// Something was added to that.
    news: Notify,
}

impl Default for Known {
    fn default() -> Known {
        Known { kept: quick_cache::sync::Cache::new(MAX_KEPT), news: Notify::new() }
    }
}

/// For whom a source is opened, and what becomes of it.
#[derive(Clone)]
pub(crate) struct How {
    pub(crate) owner: Owner,
    /// The profile that the stream is sent in.
    pub(crate) profile: Option<DocumentId>,
    /// Counts the packets of RTP that never come.
    pub(crate) lost: Arc<AtomicU64>,
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
    /// Opens a source, in the form that the stream is sent in.
    pub(crate) async fn open(&self, source: &Source, how: &How) -> Result<Opened, FetchError> {
        let profile = self.profile(how).await?.filter(|profile| !profile.is_copy());
        let opened = self.open_as_it_is(source, how).await?;
        let Some(profile) = profile else { return Ok(opened) };
        let (input, program) = (Input::Bytes(opened.bytes), source.program);
        let work = Work::Remake { input, program, profile, begins: Duration::ZERO };
        // It takes a moment before the first picture comes out.
        Ok(Opened { bytes: self.supervisor.run(Job { owner: how.owner, work }), rests: true })
    }

    /// The profile of a stream, where it has one that is still there. Without ffmpeg there is no use for it.
    pub(super) async fn profile(&self, how: &How) -> Result<Option<Profile>, FetchError> {
        let Some(id) = how.profile else { return Ok(None) };
        let profile = self.library.profile(how.owner.tenant, id).await;
        let profile = profile.map_err(|_| FetchError::Broken("its transcode profile cannot be read".into()))?;
        match profile {
            Some(profile) if !profile.is_copy() => self.can_make().map(|()| Some(profile)),
            profile => Ok(profile),
        }
    }

    /// Refuses what only ffmpeg makes where there is none.
    pub(super) fn can_make(&self) -> Result<(), FetchError> {
        if self.supervisor.is_there() { Ok(()) } else { Err(NEEDS_FFMPEG) }
    }

    /// Opens an item of a list, whatever form it has: ffmpeg makes a transport stream of it whose time begins there.
    pub(super) async fn open_item(
        &self,
        item: &Source,
        how: &How,
        profile: Profile,
        begins: Duration,
    ) -> Result<ByteStream, FetchError> {
        let input = match item.form() {
            Some(SourceForm::File) => self.open_file(item.url.trim_start_matches("file:")).await?,
            Some(SourceForm::Ts | SourceForm::Hls) => {
                let fetch = self.fetch.clone().for_one_source(item);
                let (form, fetched) = self.ask(&*fetch, &item.url).await?;
                match (form, form.unplayable()) {
                    (Form::Playlist, _) => Input::Bytes(hls::open_source(fetch, fetched).await?),
                    (Form::Page, Some(reason)) => return Err(FetchError::Unplayable(reason)),
                    _ => Input::Bytes(fetched.body),
                }
            }
            _ => return Err(FetchError::Unplayable("an item of a list is a file or an http or https address")),
        };
        let work = Work::Remake { input, program: None, profile, begins };
        Ok(self.supervisor.run(Job { owner: how.owner, work }))
    }

    async fn open_file(&self, path: &str) -> Result<Input, FetchError> {
        const MISSING: FetchError = FetchError::Unplayable("there is no such file below the media root");
        let (root, path) = (self.root.clone().ok_or(MISSING)?, path.to_owned());
        let opened = tokio::task::spawn_blocking(move || movie::open_beneath(&root, &path)).await;
        opened.map_err(|_| MISSING)?.map(Input::File).map_err(|_| MISSING)
    }

    async fn open_as_it_is(&self, source: &Source, how: &How) -> Result<Opened, FetchError> {
        match source.form() {
            Some(SourceForm::Test) => {
                let name = source.url.trim_start_matches("test:");
                Ok(Opened { bytes: self.test.open(name, how.owner), rests: false })
            }
            Some(SourceForm::Datagrams) => self.receive(source, &how.lost),
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
            Some(SourceForm::Ts | SourceForm::Hls) if source.program.is_none() => self.known.kept.get(&source.url),
            _ => Some(false),
        };
        sources.iter().filter_map(known).reduce(|one, other| one && other)
    }

    /// Resolves when something is known of one of these sources, which somebody opens.
    pub(crate) async fn until_known(&self, sources: &[Source]) {
        loop {
            let mut news = pin!(self.known.news.notified());
            news.as_mut().enable();
            if self.are_hls(sources).is_some() {
                return;
            }
            news.await;
        }
    }

    /// What an address led to may have changed.
    pub(crate) fn forget(&self, source: &str) {
        self.known.kept.remove(source);
    }

    async fn ask(&self, fetch: &dyn Fetch, source: &str) -> Result<(Form, Fetched), FetchError> {
        let fetched = fetch.open(source, None).await?;
        if !matches!(fetched.status, 200 | 206) {
            return Err(FetchError::Status(fetched.status));
        }
        let (form, fetched) = detect_form(fetched).await?;
        // A page stands for a moment in place of what there was, and says nothing of it.
        if form != Form::Page {
            self.known.kept.insert(source.to_owned(), form == Form::Playlist);
            self.known.news.notify_waiters();
        }
        Ok((form, fetched))
    }
}
