//! `test:NAME` sources: moving pictures with a tone, so that a panel without any source plays. It needs no
//! network.

mod clip;

pub use clip::sample_clip;

use crate::supervisor::{Job, Owner, Supervisor, TestPicture, Work};
use futures_util::StreamExt;
use host_core::port::{ByteStream, Clock};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long an ffmpeg that gives nothing is waited for.
const PATIENCE: Duration = Duration::from_secs(4);

/// Makes test pictures.
pub(crate) struct TestSource {
    /// Runs ffmpeg where there is one.
    pub(crate) supervisor: Arc<Supervisor>,
    /// Paces the clip.
    pub(crate) clock: Arc<dyn Clock>,
}

impl TestSource {
    /// An endless transport stream in real time. Without ffmpeg, or with one that gives nothing, it
    /// is the bundled clip over and over, the same for every name.
    pub(crate) fn open(&self, name: &str, owner: Owner) -> ByteStream {
        if !self.supervisor.is_there() {
            return clip::play(self.clock.clone());
        }
        let pictures = self.supervisor.run(Job { owner, work: Work::Picture(TestPicture::of(name)) });
        let clock = self.clock.clone();
        // An ffmpeg built without the encoder gives nothing.
        Box::pin(
            futures_util::stream::once(async move {
                let mut pictures = pictures.peekable();
                match timeout(PATIENCE, Pin::new(&mut pictures).peek()).await {
                    Ok(Some(Ok(_))) => Box::pin(pictures) as ByteStream,
                    _ => clip::play(clock),
                }
            })
            .flatten(),
        )
    }
}
