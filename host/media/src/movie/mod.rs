//! Movies and episodes: local files below the media root, or remote sources, always with byte ranges.
//! Knows no seats and no players.

mod beneath;
mod container;
mod range;

pub use container::content_type;
pub(crate) use range::single_range;
pub use range::{Requested, parse_range};

use crate::MediaError;
use crate::served::Served;
use host_core::port::Fetch;
use host_core::stream::{SourceForm, Stream, source_form};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Files are read in pieces of this many bytes.
const PIECE_BYTES: usize = 128 << 10;

/// Where movies come from.
pub(crate) struct Movies {
    /// For remote sources.
    pub(crate) fetch: Arc<dyn Fetch>,
    /// What local files lie below.
    pub(crate) root: Option<PathBuf>,
}

impl Movies {
    /// The first source that is there, or the range of it that was asked for.
    pub(crate) async fn open(&self, stream: &Stream, range: Option<&str>) -> Result<Served, MediaError> {
        let mut trouble = MediaError::NotFound;
        for source in &stream.sources {
            let served = match source_form(source) {
                Some(SourceForm::File) => self.local(source.trim_start_matches("file:"), stream, range).await,
                Some(SourceForm::Ts) => self.remote(source, stream, range).await,
                _ => Err(MediaError::WrongForm("a movie plays from a file below the media root or from http or https")),
            };
            match served {
                Ok(served) => return Ok(served),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    async fn local(&self, path: &str, stream: &Stream, range: Option<&str>) -> Result<Served, MediaError> {
        let root = self.root.clone().ok_or(MediaError::NotFound)?;
        let relative = PathBuf::from(path);
        let content_type = content_type_of(Path::new(path), stream);
        let opened = tokio::task::spawn_blocking(move || beneath::open(&root, &relative)).await;
        let (file, length) = opened.map_err(failed)?.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => {
                MediaError::NotFound
            }
            _ => failed(error),
        })?;
        let (status, first, count, content_range) = match parse_range(range, length) {
            Requested::Full => (200, 0, length, None),
            Requested::Part(part) => {
                let (first, last) = part.into_inner();
                (206, first, last - first + 1, Some(format!("bytes {first}-{last}/{length}")))
            }
            Requested::Unsatisfiable => return Ok(Served::unsatisfiable(content_type, Some(length))),
        };
        let mut file = tokio::fs::File::from_std(file);
        if first > 0 {
            file.seek(io::SeekFrom::Start(first)).await.map_err(failed)?;
        }
        let body = ReaderStream::with_capacity(file.take(count), PIECE_BYTES);
        Ok(Served {
            status,
            content_type,
            length: Some(count),
            content_range,
            accepts_ranges: true,
            body: Box::pin(body),
        })
    }

    async fn remote(&self, source: &str, stream: &Stream, range: Option<&str>) -> Result<Served, MediaError> {
        let path = source.split(['?', '#']).next().unwrap_or(source);
        let content_type = content_type_of(Path::new(path), stream);
        if range.is_some_and(range::asks_for_several) {
            return Ok(Served::unsatisfiable(content_type, None));
        }
        let fetched = self.fetch.open(source, range.and_then(single_range)).await.map_err(|error| {
            tracing::warn!(stream.id = stream.id.0, %error, "a movie's source failed");
            MediaError::StreamDown
        })?;
        match fetched.status {
            200 | 206 => {
                let mut served = Served::handed_on(fetched, content_type);
                // A source that gave a whole file to who asked for none of it may still know ranges.
                served.accepts_ranges |= range.is_none();
                Ok(served)
            }
            416 => {
                let content_range = fetched.content_range.filter(|range| range.starts_with("bytes */"));
                Ok(Served { content_range, ..Served::unsatisfiable(content_type, None) })
            }
            404 | 410 => Err(MediaError::NotFound),
            status => {
                tracing::warn!(stream.id = stream.id.0, status, "a movie's source failed");
                Err(MediaError::StreamDown)
            }
        }
    }
}

/// By the file's own ending; by the stream's container where that says nothing.
fn content_type_of(path: &Path, stream: &Stream) -> String {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let by_ending = content_type(ending);
    let known = if by_ending == container::UNKNOWN { content_type(&stream.container) } else { by_ending };
    known.to_owned()
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::Failed(error.to_string())
}
