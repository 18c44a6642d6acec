//! Runs ffmpeg: finds it, starts it without a shell, limits it, restarts it with back-off, reaps it.
//! It gives bytes, and takes typed arguments only.

mod arguments;
mod child;
mod find;
mod restart;
mod starter;

pub(crate) use arguments::TestPicture;
pub use find::Detect;

use bytes::Bytes;
use child::Child;
use host_core::port::{ByteStream, Clock, FetchError};
use restart::{Restart, Step};
use starter::Starter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pieces of output that wait for a reader; then the child waits too.
const WAITING: usize = 8;

/// Runs children until it is stopped.
pub(crate) struct Supervisor {
    starter: Option<Arc<Starter>>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    stop: CancellationToken,
    running: Arc<AtomicUsize>,
}

impl Supervisor {
    /// Looks for the program once.
    pub(crate) fn new(detect: &Detect, clock: Arc<dyn Clock>, stop: CancellationToken) -> Supervisor {
        let running = Arc::new(AtomicUsize::new(0));
        let starter = detect.find().and_then(Starter::new).map(Arc::new);
        Supervisor { starter, clock, tasks: TaskTracker::new(), stop, running }
    }

    /// Whether there is an ffmpeg to run.
    pub(crate) fn is_there(&self) -> bool {
        self.starter.is_some()
    }

    /// Children that run now.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Relaxed)
    }

    /// What a child writes, for as long as it is read. The child is started again when it ends, and
    /// killed and reaped when the stream is dropped. Ends with an error when it keeps failing.
    pub(crate) fn run(&self, picture: TestPicture) -> ByteStream {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        if let Some(starter) = self.starter.clone() {
            let run = Run {
                starter,
                picture,
                clock: self.clock.clone(),
                stop: self.stop.clone(),
                running: self.running.clone(),
                sender,
            };
            self.tasks.spawn(run.drive());
        }
        Box::pin(futures_util::stream::poll_fn(move |context| receiver.poll_recv(context)))
    }

    /// Waits until every child is reaped. Call it after the token was cancelled.
    pub(crate) async fn reaped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

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

/// One program that is kept running.
struct Run {
    starter: Arc<Starter>,
    picture: TestPicture,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    running: Arc<AtomicUsize>,
    sender: mpsc::Sender<Result<Bytes, FetchError>>,
}

impl Run {
    async fn drive(self) {
        let mut restart = Restart::new();
        loop {
            match restart.step(self.clock.monotonic()) {
                Step::Start => {
                    restart.started(self.clock.monotonic());
                    match self.run_child().await {
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

    /// Runs one child to its end.
    async fn run_child(&self) -> Ended {
        let mut child = match self.starter.start(self.picture.arguments(), TestPicture::LIMITS).await {
            Ok(child) => child,
            Err(error) => {
                tracing::error!(%error, "ffmpeg cannot be started");
                return Ended::ByItself { has_given: false };
            }
        };
        self.running.fetch_add(1, Relaxed);
        let ended = self.pump(&mut child).await;
        let complaint = child.reap().await;
        self.running.fetch_sub(1, Relaxed);
        if ended != Ended::Unwanted {
            tracing::warn!(complaint = %complaint.escape_debug(), "ffmpeg ended");
        }
        ended
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
