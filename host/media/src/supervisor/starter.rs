//! The thread that starts children. The system kills a child when the thread that started it ends, and
//! threads of the runtime come and go.

use super::child::{Child, Limits};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Starts children of one program. When it is dropped, they end.
pub(super) struct Starter {
    program: Arc<PathBuf>,
    jobs: Sender<Job>,
}

impl Starter {
    /// With a thread of its own; `None` when the system gives none.
    pub(super) fn new(program: PathBuf) -> Option<Starter> {
        let (jobs, waiting) = channel::<Job>();
        let thread = std::thread::Builder::new().name("children".to_owned());
        match thread.spawn(move || waiting.into_iter().for_each(|job| job())) {
            Ok(_) => Some(Starter { program: Arc::new(program), jobs }),
            Err(error) => {
                tracing::error!(%error, "no thread can start ffmpeg");
                None
            }
        }
    }

    /// Starts a child.
    pub(super) async fn start(&self, arguments: Vec<String>, limits: Limits) -> io::Result<Child> {
        let (started, child) = oneshot::channel();
        let (program, runtime) = (self.program.clone(), Handle::current());
        let job = move || {
            let _inside = runtime.enter();
            // Nobody waits any more: the child is dropped, and killed.
            let _ = started.send(Child::start(&program, &arguments, limits));
        };
        let gone = || io::Error::other("the thread that starts children has ended");
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::Duration;

    #[tokio::test]
    async fn a_child_that_writes_nothing_ends_with_the_one_that_started_it() {
        let limits = Limits { processor: None, memory: None, files: 64, written: 0 };
        let starter = Starter::new("/bin/sh".into()).unwrap();
        let mut child = starter.start(vec!["-c".into(), "echo $$; exec sleep 600".into()], limits).await.unwrap();
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
