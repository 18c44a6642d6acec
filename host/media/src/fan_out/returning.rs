//! The way back to the first source while another one plays: it is opened beside that one and has to
//! show a place to enter before any viewer is moved.

use super::cutter::Cutter;
use super::ring::Piece;
use super::upstream::{How, Opened, Upstream};
use crate::options::Timing;
use crate::ts::Versions;
use futures_util::StreamExt;
use host_core::port::{ByteStream, Clock};
use host_core::source::Source;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Why the first source is not back.
pub(super) type Reason = Cow<'static, str>;

/// The first source, which gives again what viewers can enter.
pub(super) struct Back {
    /// What it gives from here on.
    pub(super) bytes: ByteStream,
    /// Cuts that, and has found the first place to enter.
    pub(super) cutter: Cutter,
    /// What has been cut so far.
    pub(super) pieces: Vec<Piece>,
    /// How long it may be silent.
    pub(super) stall: Duration,
    /// Bytes that were read so far.
    pub(super) read: u64,
}

/// What a source is tried with.
pub(super) struct Trial {
    pub(super) upstream: Arc<Upstream>,
    pub(super) source: Source,
    pub(super) timing: Timing,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) versions: Versions,
    pub(super) how: How,
}

impl Trial {
    async fn run(self) -> Result<Back, Reason> {
        let opened = timeout(self.timing.open, self.upstream.open(&self.source, &self.how)).await;
        let opened = opened.map_err(|_| Reason::Borrowed("it took too long to open"))?;
        let Opened { mut bytes, rests } = opened.map_err(|error| Reason::Owned(error.to_string()))?;
        let stall = self.timing.stall_of(rests);
        let program = self.source.program.filter(|_| self.how.profile.is_none());
        let (mut cutter, mut pieces, mut read) = (Cutter::new(self.versions, program), Vec::new(), 0);
        let began = self.clock.monotonic();
        let mut last = began;
        loop {
            tokio::select! {
                biased;
                next = bytes.next() => match next {
                    Some(Ok(piece)) => {
                        last = self.clock.monotonic();
                        read += piece.len() as u64;
                        cutter.feed(&piece, last, |piece| pieces.push(piece));
                        if cutter.has_entered() {
                            return Ok(Back { bytes, cutter, pieces, stall, read });
                        }
                    }
                    Some(Err(error)) => return Err(error.to_string().into()),
                    None => return Err("it ended".into()),
                },
                () = sleep(Duration::from_millis(200)) => {}
            }
            let now = self.clock.monotonic();
            if let Some(trouble) = cutter.trouble(began, now, self.timing.open) {
                return Err(trouble.into());
            }
            if now >= last + stall {
                return Err("it went silent".into());
            }
        }
    }
}

/// At most one trial at a time. Dropping it ends the trial.
#[derive(Default)]
pub(super) struct Returning(Option<JoinHandle<Result<Back, Reason>>>);

impl Returning {
    /// Whether a trial is going on.
    pub(super) fn is_trying(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a trial.
    pub(super) fn begin(&mut self, trial: Trial) {
        self.0 = Some(tokio::spawn(trial.run()));
    }

    /// What came of the trial; never resolves without one.
    pub(super) async fn outcome(&mut self) -> Result<Back, Reason> {
        match &mut self.0 {
            Some(trial) => {
                let outcome = trial.await;
                self.0 = None;
                outcome.unwrap_or_else(|_| Err("its trial broke off".into()))
            }
            None => std::future::pending().await,
        }
    }
}

impl Drop for Returning {
    fn drop(&mut self) {
        if let Some(trial) = &self.0 {
            trial.abort();
        }
    }
}
