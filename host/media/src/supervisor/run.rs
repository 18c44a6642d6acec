//! One job from its first child to its last.

use super::child::{Child, Stdin};
use super::children::Children;
use super::job::{Input, Order, Owner, Work};
use super::restart::{Restart, Step};
use super::starter::Programs;
use bytes::Bytes;
use futures_util::StreamExt;
use host_core::journal::Part;
use host_core::port::{ByteStream, Clock, FetchError, Library};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How a child ended.
#[derive(PartialEq, Eq)]
enum Ended {
    /// Nobody wants another.
    Unwanted,
    /// It stopped, crashed, or was killed by someone else.
    ByItself {
        /// Whether it gave a byte.
        has_given: bool,
    },
}

/// One job that runs.
pub(super) struct Run {
    pub(super) programs: Arc<Programs>,
    pub(super) owner: Owner,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) library: Arc<dyn Library>,
    pub(super) stop: CancellationToken,
    pub(super) children: Arc<Children>,
    pub(super) started: Arc<AtomicU64>,
    pub(super) sender: mpsc::Sender<Result<Bytes, FetchError>>,
}

impl Run {
    /// To its end.
    pub(super) async fn drive(self, work: Work) {
        match work {
            Work::Picture(picture) => self.again_and_again(|| Work::Picture(picture).order().0).await,
            Work::Remake { .. } => {
                let (order, input) = work.order();
                self.once(order, input).await;
            }
        }
    }

    /// Starts a child anew when one has ended, and gives up when that keeps happening.
    async fn again_and_again(&self, order: impl Fn() -> Order) {
        let mut restart = Restart::new();
        loop {
            match restart.step(self.clock.monotonic()) {
                Step::Start => {
                    restart.started(self.clock.monotonic());
                    match self.run_child(order(), Stdin::Empty, None).await.0 {
                        Ended::Unwanted => return,
                        Ended::ByItself { has_given } => restart.ended(self.clock.monotonic(), has_given),
                    }
                }
                Step::Wait(wait) => tokio::select! {
                    () = sleep(wait.min(Duration::from_millis(500))) => {}
                    () = self.stop.cancelled() => return,
                    () = self.sender.closed() => return,
                },
                Step::GiveUp => {
                    let error = FetchError::Broken("ffmpeg keeps ending".into());
                    let _ = self.sender.send(Err(error)).await;
                    return;
                }
            }
        }
    }

    async fn once(&self, order: Order, input: Option<Input>) {
        let (stdin, bytes) = match input {
            None => (Stdin::Empty, None),
            Some(Input::File(file)) => (Stdin::File(file), None),
            Some(Input::Bytes(bytes)) => (Stdin::Fed, Some(bytes)),
        };
        let (ended, failure) = self.run_child(order, stdin, bytes).await;
        let error = match (ended, failure) {
            (Ended::Unwanted, _) | (Ended::ByItself { has_given: true }, None) => return,
            // What it read broke off, and that is the reason.
            (Ended::ByItself { .. }, Some(error)) => error,
            (Ended::ByItself { has_given: false }, None) => {
                FetchError::Broken("ffmpeg could make nothing of it".into())
            }
        };
        let _ = self.sender.send(Err(error)).await;
    }

    /// Runs one child to its end; also why what it read broke off, if it did.
    async fn run_child(&self, order: Order, stdin: Stdin, bytes: Option<ByteStream>) -> (Ended, Option<FetchError>) {
        let reads = !matches!(stdin, Stdin::Empty);
        let mut child = match self.programs.starter.start(&self.programs.ffmpeg, order, stdin).await {
            Ok(child) => child,
            Err(error) => {
                tracing::error!(%error, "ffmpeg cannot be started");
                self.tell("ffmpeg cannot be started");
                return (Ended::ByItself { has_given: false }, None);
            }
        };
        // Seconds, and a number that tells apart those of one second.
        let began = self.clock.now().0.unsigned_abs() << 16 | self.started.fetch_add(1, Relaxed) & 0xffff;
        let listed = self.children.add(child.pid(), (self.owner, reads), began, child.progress());
        let feeding = bytes.zip(child.input()).map(|(bytes, input)| tokio::spawn(feed(bytes, input)));
        let ended = self.pump(&mut child).await;
        drop(listed);
        let complaint = child.reap().await;
        let failure = match feeding {
            Some(feeding) if feeding.is_finished() => feeding.await.ok().flatten(),
            Some(feeding) => {
                feeding.abort();
                None
            }
            None => None,
        };
        if ended != Ended::Unwanted && !complaint.is_empty() {
            let (tenant, stream) = (self.owner.tenant.0, self.owner.stream.0);
            let complaint = complaint.escape_debug();
            // It reads what it is fed and opens no address, so that it has none to name.
            self.tell(&complaint.to_string());
            tracing::warn!(tenant.id = tenant, stream.id = stream, complaint = %complaint, "ffmpeg ended");
        }
        (ended, failure)
    }

    fn tell(&self, reason: &str) {
        self.library.failed(self.owner.tenant, self.owner.stream, Part::Process, reason);
    }

    async fn pump(&self, child: &mut Child) -> Ended {
        let mut has_given = false;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ended::Unwanted,
                () = self.sender.closed() => return Ended::Unwanted,
                output = child.output() => match output {
                    Some(bytes) => {
                        has_given = true;
                        // A reader that stops reading must not keep a stopping panel waiting.
                        tokio::select! {
                            sent = self.sender.send(Ok(bytes)) => if sent.is_err() { return Ended::Unwanted },
                            () = self.stop.cancelled() => return Ended::Unwanted,
                        }
                    }
                    None => return Ended::ByItself { has_given },
                },
            }
        }
    }
}

/// Writes bytes to a child until they or the child end; why they broke off, if they did.
pub(super) async fn feed(mut bytes: ByteStream, mut input: ChildStdin) -> Option<FetchError> {
    while let Some(piece) = bytes.next().await {
        match piece {
            // The child has ended, and says by itself why.
            Ok(piece) => input.write_all(&piece).await.ok()?,
            Err(error) => return Some(error),
        }
    }
    None
}
