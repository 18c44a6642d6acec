//! What is read of elsewhere for the engine, guides and lists of providers: opened here, parsed on a thread of its own, and
//! handed on in batches. What the reader does not take is not read on.

use futures_util::stream::{self, Fuse, Stream, StreamExt};
use host_core::import::ImportError;
use host_core::port::{ByteStream, Fetch};
use host_core::source::Source;
use host_outgoing::Outgoing;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Instant, timeout_at};

/// Items of a batch.
pub(crate) const BATCH: usize = 256;
/// Batches that wait for the import at most.
pub(crate) const AHEAD: usize = 2;
/// Longest time for all the bytes of an answer: a server that drips holds up those that wait.
const LONGEST: Duration = Duration::from_secs(1_800);

/// What is sent from the thread that reads.
pub(crate) enum Piece<T> {
    Items(Vec<T>),
    /// All was read, or the last item said why not.
    End,
}

/// Reads guides over http and https, and below the media folder, and lists of providers.
pub(crate) struct Feed {
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) folder: Option<PathBuf>,
}

/// What a thread sends, to its end; where that ended without a word, its last item is what `broken` makes of that.
pub(crate) fn received<T: Send + 'static>(
    receiver: Receiver<Piece<T>>,
    broken: fn(ImportError) -> T,
) -> impl Stream<Item = T> + Send {
    stream::unfold(Some(receiver), move |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Piece::Items(items)) => Some((items, Some(receiver))),
            Some(Piece::End) => None,
            None => Some((vec![broken(ImportError::Io("its reader broke off; please report it".to_owned()))], None)),
        }
    })
    .flat_map(stream::iter)
}

/// The body of what an address answers with.
pub(crate) async fn open_address(outgoing: Arc<Outgoing>, source: &Source) -> Result<ByteStream, ImportError> {
    let unreadable = |error: host_core::port::FetchError| ImportError::Io(error.to_string());
    let opened = outgoing.for_one_source(source).open(&source.url, None).await.map_err(unreadable)?;
    match opened.status {
        200 => Ok(opened.body),
        status => Err(unreadable(host_core::port::FetchError::Status(status))),
    }
}

/// The bytes of an answer as a reader, for a thread that may wait. Ends when nobody takes what is read.
pub(crate) struct Bytes<T> {
    body: Fuse<ByteStream>,
    rest: bytes::Bytes,
    handle: Handle,
    until: Instant,
    stop: Sender<Piece<T>>,
}

impl<T> Bytes<T> {
    /// Those of a body, as long as somebody takes what is sent.
    pub(crate) fn new(body: ByteStream, handle: Handle, stop: Sender<Piece<T>>) -> Bytes<T> {
        let until = Instant::now() + LONGEST;
        Bytes { body: body.fuse(), rest: bytes::Bytes::new(), handle, until, stop }
    }
}

impl<T> Read for Bytes<T> {
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
