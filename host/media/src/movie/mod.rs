//! Movies and episodes: local files below the media root, or remote sources, always with byte ranges. Does not know
//! seats or players.

mod beneath;
mod container;
mod pieces;
mod range;

pub use beneath::open as open_below;
pub use container::content_type;
pub(crate) use container::media_type;
pub(crate) use range::single_range;
pub use range::{Requested, parse_range};

use crate::MediaError;
use crate::served::Served;
use host_core::TenantId;
use host_core::journal::Part;
use host_core::port::{ByteRange, Fetch, FetchError, Library, Validators};
use host_core::source::Source;
use host_core::stream::{SourceForm, Stream};
use pieces::pieces;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Opens a regular file below a folder.
pub(crate) fn open_beneath(root: &Path, path: &str) -> io::Result<File> {
    beneath::open(root, Path::new(path)).map(|(file, _)| file)
}

/// Where movies come from.
pub(crate) struct Movies {
    /// For remote sources.
    pub(crate) fetch: Arc<dyn Fetch>,
    /// What local files lie below.
    pub(crate) root: Option<PathBuf>,
    /// Who hears what failed.
    pub(crate) library: Arc<dyn Library>,
}

/// Why one source gives nothing: for the viewer, and for the log.
struct Trouble {
    error: MediaError,
    reason: String,
}

impl From<MediaError> for Trouble {
    fn from(error: MediaError) -> Trouble {
        Trouble { reason: error.to_string(), error }
    }
}

/// What a request wants of a movie: its headers `Range` and `If-Range`.
pub(crate) struct Asked<'r> {
    pub(crate) range: Option<&'r str>,
    pub(crate) if_range: Option<&'r str>,
}

impl Asked<'_> {
    /// Whether the client has another version of the movie: then the range is of no use to it.
    fn is_of_another(&self, state: &Validators) -> bool {
        self.if_range.is_some_and(|if_range| !state.allow(if_range))
    }
}

impl Movies {
    /// The first source that is there, or the range of it that was asked for.
    pub(crate) async fn open(
        &self,
        tenant: TenantId,
        stream: &Stream,
        asked: &Asked<'_>,
    ) -> Result<Served, MediaError> {
        const OTHERS: MediaError =
            MediaError::WrongForm("a movie plays from a file below the media root or from http or https");
        let mut trouble = MediaError::NotFound;
        for (place, source) in (0..).zip(&stream.sources) {
            let served = match source.form() {
                Some(SourceForm::File) => {
                    let path = source.url.trim_start_matches("file:");
                    self.local(path, stream, asked).await.map_err(Trouble::from)
                }
                Some(SourceForm::Ts) => self.remote(source, stream, asked).await,
                _ => Err(OTHERS.into()),
            };
            match served {
                Ok(served) => return Ok(served),
                Err(Trouble { error, reason }) => {
                    let (tenant_id, stream_id) = (tenant.0, stream.id.0);
                    tracing::warn!(
                        tenant.id = tenant_id,
                        stream.id = stream_id,
                        place,
                        reason,
                        "a movie's source failed"
                    );
                    self.library.failed(tenant, stream.id, Part::Source(place), &reason);
                    trouble = error;
                }
            }
        }
        Err(trouble)
    }

    /// The first local file of a movie that is there.
    pub(crate) async fn first_file(&self, movie: &Stream) -> Option<File> {
        let root = self.root.clone()?;
        let local = |source: &Source| source.url.strip_prefix("file:").map(str::to_owned);
        let paths: Vec<String> = movie.sources.iter().filter_map(local).collect();
        let first = move || paths.iter().find_map(|path| open_beneath(&root, path).ok());
        tokio::task::spawn_blocking(first).await.ok().flatten()
    }

    async fn local(&self, path: &str, stream: &Stream, asked: &Asked<'_>) -> Result<Served, MediaError> {
        let root = self.root.clone().ok_or(MediaError::NotFound)?;
        let relative = PathBuf::from(path);
        let content_type = type_by_name(Path::new(path), stream).unwrap_or(container::UNKNOWN).to_owned();
        let opened = tokio::task::spawn_blocking(move || beneath::open(&root, &relative)).await;
        let (file, facts) = opened.map_err(failed)?.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => {
                MediaError::NotFound
            }
            _ => failed(error),
        })?;
        let (validators, length) = (validators(&facts), facts.len());
        let range = asked.range.filter(|_| !asked.is_of_another(&validators));
        let (status, first, count, content_range) = match parse_range(range, length) {
            Requested::Full => (200, 0, length, None),
            Requested::Part(part) => {
                let (first, last) = part.into_inner();
                (206, first, last - first + 1, Some(format!("bytes {first}-{last}/{length}")))
            }
            Requested::Unsatisfiable => {
                return Ok(Served { validators, ..Served::unsatisfiable(content_type, Some(length)) });
            }
        };
        let body = pieces(file, first, count);
        let length = Some(count);
        Ok(Served { status, content_type, length, content_range, accepts_ranges: true, validators, body })
    }

    async fn remote(&self, source: &Source, stream: &Stream, asked: &Asked<'_>) -> Result<Served, Trouble> {
        let down = |reason: String| Trouble { error: MediaError::StreamDown, reason };
        let path = source.url.split(['?', '#']).next().unwrap_or(&source.url);
        let fetch = self.fetch.clone().for_one_source(source);
        let by_name = type_by_name(Path::new(path), stream);
        if asked.range.is_some_and(range::asks_for_several) {
            let content_type = by_name.unwrap_or(container::UNKNOWN).to_owned();
            return Ok(Served::unsatisfiable(content_type, None));
        }
        let open = async |range: Option<ByteRange>| {
            fetch.open(&source.url, range).await.map_err(|error| down(error.to_string()))
        };
        let mut fetched = open(asked.range.and_then(single_range)).await?;
        let mut is_whole = asked.range.is_none();
        if matches!(fetched.status, 206 | 416) && asked.is_of_another(&fetched.validators) {
            (fetched, is_whole) = (open(None).await?, true);
        }
        let content_type = by_name.map_or_else(|| of_source(fetched.content_type.as_deref()), str::to_owned);
        match fetched.status {
            200 | 206 => {
                let mut served = Served::handed_on(fetched, content_type);
                // A 200 to a request without `Range` does not rule out range support.
                served.accepts_ranges |= is_whole;
                Ok(served)
            }
            416 => {
                let content_range = fetched.content_range.filter(|range| range.starts_with("bytes */"));
                Ok(Served { content_range, ..Served::unsatisfiable(content_type, None) })
            }
            404 | 410 => Err(MediaError::NotFound.into()),
            status => Err(down(FetchError::Status(status).to_string())),
        }
    }
}

/// What tells this state of a file from another: which file, how long, and when it was written.
fn validators(facts: &Metadata) -> Validators {
    let (seconds, nanoseconds) = (facts.mtime(), facts.mtime_nsec());
    let etag = format!("\"{:x}-{:x}-{seconds:x}.{nanoseconds:x}\"", facts.ino(), facts.len());
    let modified = facts.modified().ok().map(httpdate::fmt_http_date);
    Validators { etag: Some(etag), last_modified: modified }
}

/// By the file's own ending; by the stream's container where that says nothing.
fn type_by_name(path: &Path, stream: &Stream) -> Option<&'static str> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    [ending, &stream.container].into_iter().map(content_type).find(|known| *known != container::UNKNOWN)
}

/// The type that a source gives, if it is one of media: a page of text would run in a browser.
fn of_source(given: Option<&str>) -> String {
    given.and_then(container::media_type).unwrap_or_else(|| container::UNKNOWN.to_owned())
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::Failed(error.to_string())
}
