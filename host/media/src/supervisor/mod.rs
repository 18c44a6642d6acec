//! Runs ffmpeg: finds it, starts it without a shell, limits it, restarts it with back-off, reaps it.
//! It gives bytes, and takes typed jobs only.

mod arguments;
mod child;
mod children;
mod find;
mod job;
mod look;
mod orphans;
mod picture;
mod progress;
mod restart;
mod run;
mod starter;

pub use find::Detect;
pub(crate) use job::{Input, Job, Owner, Work};
pub(crate) use picture::TestPicture;
pub(crate) use progress::Progress;

use child::Stdin;
use children::Children;
use host_core::TenantId;
use host_core::port::{ByteStream, Clock, Content, Library};
use job::Order;
use run::Run;
use starter::Programs;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pieces of output that wait for a reader; then the child waits too.
const WAITING: usize = 8;
/// Looks at a time: each is a process.
const LOOKS: usize = 2;
/// How long a look may take.
const LOOK: Duration = Duration::from_secs(15);
/// Longest answer of a look, in bytes.
const ANSWER: usize = 64 << 10;

/// Runs children until it is stopped.
pub(crate) struct Supervisor {
    programs: Option<Arc<Programs>>,
    clock: Arc<dyn Clock>,
    library: Arc<dyn Library>,
    tasks: TaskTracker,
    stop: CancellationToken,
    children: Arc<Children>,
    started: Arc<AtomicU64>,
    looks: Semaphore,
}

impl Supervisor {
    /// Looks for the programs once, and ends children that an earlier run with the same mark left behind.
    pub(crate) fn new(
        detect: &Detect,
        mark: Option<&str>,
        clock: Arc<dyn Clock>,
        library: Arc<dyn Library>,
        stop: CancellationToken,
    ) -> Supervisor {
        if let Some(count) = mark.map(orphans::end).filter(|count| *count > 0) {
            tracing::warn!(count, "children that an earlier run left behind were ended");
        }
        let mark = mark.map(|mark| (orphans::MARK.to_owned(), mark.to_owned()));
        let programs = detect.find().and_then(|ffmpeg| Programs::new(ffmpeg, mark)).map(Arc::new);
        let (children, started) = (Arc::default(), Arc::default());
        let looks = Semaphore::new(LOOKS);
        Supervisor { programs, clock, library, tasks: TaskTracker::new(), stop, children, started, looks }
    }

    /// Whether there is an ffmpeg to run.
    pub(crate) fn is_there(&self) -> bool {
        self.programs.is_some()
    }

    /// Children that run now.
    pub(crate) fn running(&self) -> usize {
        self.children.count()
    }

    /// The number of the newest child of an owner's, and how far it is.
    pub(crate) fn child_of(&self, owner: Owner) -> Option<(u32, Progress)> {
        self.children.of(owner)
    }

    /// When a child of a tenant's began; none for every other number.
    pub(crate) fn began(&self, tenant: TenantId, pid: u32) -> Option<u64> {
        self.children.began(tenant, pid)
    }

    /// Kills a child of a tenant's that began then.
    pub(crate) fn kill(&self, tenant: TenantId, pid: u32, began: u64) {
        self.children.kill(tenant, pid, began);
    }

    /// What a job gives, for as long as it is read. Test pictures are made by another child when one ends; any other
    /// job ends with its child. A child is killed and reaped when the stream is dropped. Ends with an error when
    /// nothing came.
    pub(crate) fn run(&self, job: Job) -> ByteStream {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        if let Some(programs) = self.programs.clone() {
            let run = Run {
                programs,
                owner: job.owner,
                clock: self.clock.clone(),
                library: self.library.clone(),
                stop: self.stop.clone(),
                children: self.children.clone(),
                started: self.started.clone(),
                sender,
            };
            self.tasks.spawn(run.drive(job.work));
        }
        Box::pin(futures_util::stream::poll_fn(move |context| receiver.poll_recv(context)))
    }

    /// What is in a file, or in the beginning of a transport stream; none without ffprobe, or when it finds nothing.
    pub(crate) async fn look(&self, input: Input) -> Option<Content> {
        let programs = self.programs.clone()?;
        let ffprobe = programs.ffprobe.clone()?;
        let _turn = self.looks.acquire().await.ok()?;
        let is_file = matches!(input, Input::File(_));
        let (stdin, bytes) = match input {
            Input::File(file) => (Stdin::File(file), None),
            Input::Bytes(bytes) => (Stdin::Fed, Some(bytes)),
        };
        let mut child = programs.starter.start(&ffprobe, Order::of_look(is_file), stdin).await.ok()?;
        let feeding = bytes.zip(child.input()).map(|(bytes, input)| tokio::spawn(run::feed(bytes, input)));
        let mut answer = Vec::new();
        let read = async {
            while let Some(bytes) = child.output().await {
                if answer.len() < ANSWER {
                    answer.extend_from_slice(&bytes);
                }
            }
        };
        let in_time = timeout(LOOK, read).await.is_ok();
        child.reap().await;
        if let Some(feeding) = feeding {
            feeding.abort();
        }
        let content = look::read(&String::from_utf8_lossy(&answer));
        let has_some = !(content.video.is_empty() && content.audio.is_empty());
        (in_time && has_some).then_some(content)
    }

    /// Waits until every child is reaped. Call it after the token was cancelled.
    pub(crate) async fn reaped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
