//! The panel's side of the control socket: 0600, one request per connection. Long work stops when its command has
//! gone or the panel ends.

use super::Answer;
use crate::panel::Panel;
use crate::request::{Request, Watch, perform};
use crate::signals::asked_to_end;
use anyhow::Context;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Handle;

/// Longest request line in bytes.
const MAX_REQUEST: u64 = 1 << 20;
/// Longest wait for a command that does not read its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Binds the socket. The caller holds the directory's lock, so a file that is there is a leftover.
pub fn bind(socket: &Path) -> anyhow::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{} cannot be replaced", socket.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(socket).with_context(|| format!("{} cannot be listened on", socket.display()))?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers requests until the task is dropped. When the process is asked to end, imports stop
/// where they are.
pub async fn serve(listener: UnixListener, panel: Arc<Panel>) {
    let ending = Ending::default();
    let told = async {
        asked_to_end().await;
        ending.tell();
    };
    tokio::join!(accept(&listener, &panel, &ending), told);
}

async fn accept(listener: &UnixListener, panel: &Arc<Panel>, ending: &Ending) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (panel, ended) = (panel.clone(), ending.0.clone());
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, panel, ended).await {
                        tracing::debug!(%error, "a command went away before its answer");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket does not accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Whether the process ends; told at the latest when the server of the socket is dropped.
#[derive(Default)]
struct Ending(Arc<AtomicBool>);

impl Ending {
    fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.tell();
    }
}

async fn answer(mut stream: UnixStream, panel: Arc<Panel>, ended: Arc<AtomicBool>) -> anyhow::Result<()> {
    let mut line = String::new();
    BufReader::new((&mut stream).take(MAX_REQUEST)).read_line(&mut line).await?;
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A thread of its own: an import reads and parses a file, which would hold up a worker. The
    // runtime waits for it when the process ends, so it also writes the answer.
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let command = Arc::new(Command { stream, ended, told: AtomicU64::new(0), gone: AtomicBool::new(false) });
        let work = async {
            let request: Request =
                serde_json::from_str(&line).context("the request is from another version of linecard")?;
            perform(&panel, &request, Watching(command.clone())).await
        };
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(work)));
        command.send(&match outcome {
            Ok(Ok(value)) => Answer::Done { value },
            Ok(Err(error)) => Answer::Failed { message: format!("{error:#}") },
            Err(_) => Answer::Failed { message: "the panel could not finish this; its log says why".into() },
        })
    })
    .await?
}

/// The other end of a connection: a command that waits for its answer.
struct Command {
    stream: std::os::unix::net::UnixStream,
    ended: Arc<AtomicBool>,
    /// How far it was told that the file is read, in hundredths.
    told: AtomicU64,
    gone: AtomicBool,
}

impl Command {
    fn send(&self, answer: &Answer) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(answer)?;
        line.push(b'\n');
        Ok((&self.stream).write_all(&line)?)
    }
}

/// Tells the command how far its work is. The work stops when nobody listens any more.
struct Watching(Arc<Command>);

impl Watch for Watching {
    fn at(&self, done: u64, total: u64) {
        let command = &self.0;
        let part = done.saturating_mul(100) / total.max(1);
        // Few enough lines that they wait in the socket's buffer for a command that is stopped.
        if command.told.swap(part, Ordering::Relaxed) != part
            && command.send(&Answer::Progress { done, total }).is_err()
        {
            command.gone.store(true, Ordering::Relaxed);
        }
    }

    fn goes_on(&self) -> bool {
        !self.0.gone.load(Ordering::Relaxed) && !self.0.ended.load(Ordering::Relaxed)
    }
}
