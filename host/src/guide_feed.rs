//! Guides at addresses: opened, unpacked and parsed on a thread of their own, and handed on in batches. What the reader
//! does not take it does not read on.

use futures_util::stream::{self, Fuse, StreamExt};
use host_core::delivery::{SourceForm, source_form};
use host_core::import::{GuideItem, ImportError, LeftOut};
use host_core::port::{ByteStream, Fetch, GuideFeed, GuideItems};
use host_core::source::Source;
use host_import::{Limits, Text, xmltv};
use host_media::open_below;
use host_outgoing::Outgoing;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Instant, timeout_at};

/// Items of a batch.
const BATCH: usize = 256;
/// Batches that wait for the import at most.
const AHEAD: usize = 2;
/// Longest time for all of a guide's bytes: a server that drips holds up the guides that wait.
const LONGEST: Duration = Duration::from_secs(1_800);

type Item = Result<Result<GuideItem, LeftOut>, ImportError>;

/// What is sent from the thread that reads.
enum Piece {
    Items(Vec<Item>),
    /// All was read, or the last item said why not.
    End,
}

/// Reads guides over http and https, and below the media folder.
pub(crate) struct Feed {
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) folder: Option<PathBuf>,
}

impl GuideFeed for Feed {
    fn items(&self, source: &Source) -> GuideItems {
        let (sender, receiver) = mpsc::channel(AHEAD);
        match source_form(&source.url) {
            Some(SourceForm::File) => {
                let (folder, path) = (self.folder.clone(), source.url.clone());
                tokio::task::spawn_blocking(move || send(open_file(folder.as_deref(), &path), &sender));
            }
            _ => {
                let (outgoing, source) = (self.outgoing.clone(), source.clone());
                tokio::spawn(async move {
                    let body = open_address(outgoing, &source).await;
                    let (handle, until, stop) = (Handle::current(), Instant::now() + LONGEST, sender.clone());
                    let bytes =
                        body.map(|body| Bytes { body: body.fuse(), rest: bytes::Bytes::new(), handle, until, stop });
                    tokio::task::spawn_blocking(move || send(bytes, &sender));
                });
            }
        }
        Box::pin(
            stream::unfold(Some(receiver), |receiver| async move {
                let mut receiver = receiver?;
                match receiver.recv().await {
                    Some(Piece::Items(items)) => Some((items, Some(receiver))),
                    Some(Piece::End) => None,
                    // The thread ended without a word.
                    None => {
                        Some((vec![Err(ImportError::Io("its reader broke off; please report it".to_owned()))], None))
                    }
                }
            })
            .flat_map(stream::iter),
        )
    }
}

async fn open_address(outgoing: Arc<Outgoing>, source: &Source) -> Result<ByteStream, ImportError> {
    let unreadable = |error: host_core::port::FetchError| ImportError::Io(error.to_string());
    let opened = outgoing.for_one_source(source).open(&source.url, None).await.map_err(unreadable)?;
    match opened.status {
        200 => Ok(opened.body),
        status => Err(unreadable(host_core::port::FetchError::Status(status))),
    }
}

fn open_file(folder: Option<&Path>, url: &str) -> Result<std::fs::File, ImportError> {
    let missing = "there is no media folder; name one as root under [media]";
    let folder = folder.ok_or_else(|| ImportError::Io(missing.to_owned()))?;
    let path = url.strip_prefix("file:").unwrap_or(url);
    let (file, _) = open_below(folder, Path::new(path)).map_err(|error| ImportError::Io(error.to_string()))?;
    Ok(file)
}

/// Reads a guide to its end, as long as somebody takes what is read.
fn send(opened: Result<impl Read + Send + 'static, ImportError>, sender: &Sender<Piece>) {
    let text = opened.and_then(|bytes| Text::from_reader(bytes, Limits::default()));
    let sent = match text {
        Err(error) => sender.blocking_send(Piece::Items(vec![Err(error)])),
        Ok(text) => {
            let mut items = xmltv::items(text).peekable();
            let mut sent = Ok(());
            while sent.is_ok() && items.peek().is_some() {
                sent = sender.blocking_send(Piece::Items(items.by_ref().take(BATCH).collect()));
            }
            sent
        }
    };
    // Where nobody takes it any more, nobody waits for the end either.
    let _ = sent.and_then(|()| sender.blocking_send(Piece::End));
}

/// The bytes of an answer as a reader, for a thread that may wait. Ends when nobody takes what is read.
struct Bytes {
    body: Fuse<ByteStream>,
    rest: bytes::Bytes,
    handle: Handle,
    until: Instant,
    stop: Sender<Piece>,
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let (body, stop, until) = (&mut self.body, &self.stop, self.until);
            let next = self.handle.block_on(async {
                tokio::select! {
                    () = stop.closed() => Err(io::Error::other("it is fetched no more")),
                    next = timeout_at(until, body.next()) => match next {
                        Ok(next) => next.transpose().map_err(|error| io::Error::other(error.to_string())),
                        Err(_) => Err(io::Error::other("it took longer than half an hour")),
                    },
                }
            })?;
            match next {
                Some(bytes) => self.rest = bytes,
                None => return Ok(0),
            }
        }
        let count = self.rest.len().min(buffer.len());
        let now = self.rest.split_to(count);
        for (to, from) in buffer.iter_mut().zip(now) {
            *to = from;
        }
        Ok(count)
    }
}
