//! The thread that starts children. The system kills a child when the thread that started it ends, and
//! threads of the runtime come and go.

use super::child::{Child, Stdin};
use super::find;
use super::job::Order;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// The programs that were found, and what starts them.
pub(super) struct Programs {
    pub(super) starter: Starter,
    pub(super) ffmpeg: Arc<PathBuf>,
    pub(super) ffprobe: Option<Arc<PathBuf>>,
}

impl Programs {
    /// An ffmpeg, and the ffprobe beside it.
    pub(super) fn new(ffmpeg: PathBuf, mark: Option<(String, String)>) -> Option<Programs> {
        let ffprobe = find::beside(&ffmpeg, "ffprobe").map(Arc::new);
        Some(Programs { starter: Starter::new(mark)?, ffmpeg: Arc::new(ffmpeg), ffprobe })
    }
}

/// Starts children. When it is dropped, they end.
pub(super) struct Starter {
    jobs: Sender<Job>,
    mark: Option<Arc<(String, String)>>,
}

impl Starter {
    /// With a thread of its own; `None` when the system gives none. Children have the `mark` in their environment.
    pub(super) fn new(mark: Option<(String, String)>) -> Option<Starter> {
        let (jobs, waiting) = channel::<Job>();
        let thread = std::thread::Builder::new().name("children".to_owned());
        match thread.spawn(move || waiting.into_iter().for_each(|job| job())) {
            Ok(_) => Some(Starter { jobs, mark: mark.map(Arc::new) }),
            Err(error) => {
                tracing::error!(%error, "no thread can start ffmpeg");
                None
            }
        }
    }

    /// Starts a child of a program.
    pub(super) async fn start(&self, program: &Arc<PathBuf>, order: Order, stdin: Stdin) -> io::Result<Child> {
        let (started, child) = oneshot::channel();
        let (program, mark, runtime) = (program.clone(), self.mark.clone(), Handle::current());
        let job = move || {
            let _inside = runtime.enter();
            // Nobody waits any more: the child is dropped, and killed.
            let _ = started.send(Child::start(&program, &order.arguments, order.limits, stdin, mark.as_deref()));
        };
        let gone = || io::Error::other("the thread that starts children has ended");
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor::child::Limits;
    use std::path::Path;
    use std::time::Duration;

    #[tokio::test]
    async fn a_child_that_writes_nothing_ends_with_the_one_that_started_it() {
        let limits = Limits { processor: None, memory: None, files: 64, written: 0 };
        let (starter, shell) = (Starter::new(None).unwrap(), Arc::new("/bin/sh".into()));
        let arguments = vec!["-c".into(), "echo $$; exec sleep 600".into()];
        let mut child = starter.start(&shell, Order { arguments, limits }, Stdin::Empty).await.unwrap();
        let pid = String::from_utf8(child.output().await.unwrap().to_vec()).unwrap();
        // As after a kill of this process nobody is there to end the child.
        std::mem::forget(child);
        drop(starter);
        let state = || std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat")).unwrap_or_default();
        for _ in 0..1_000 {
            if state().is_empty() || state().contains(" Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it runs on: {}", state());
    }
}
