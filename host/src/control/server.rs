//! The panel's side of the control socket: 0600, one request per connection.

use super::{Answer, Request};
use crate::panel::Panel;
use crate::perform::perform;
use anyhow::Context;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

/// Longest request line in bytes.
const MAX_REQUEST: u64 = 1 << 20;

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

/// Answers requests until the task is dropped.
pub async fn serve(listener: UnixListener, panel: Arc<Panel>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let panel = panel.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &panel).await {
                        tracing::debug!(%error, "a command went away before its answer");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket does not accept");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, panel: &Arc<Panel>) -> anyhow::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader.take(MAX_REQUEST)).read_line(&mut line).await?;
    let (progress, mut steps) = mpsc::unbounded_channel();
    let panel = panel.clone();
    // A thread of its own: an import reads and parses a file, which would hold up a worker.
    let runtime = tokio::runtime::Handle::current();
    let work = tokio::task::spawn_blocking(move || {
        let request: Request =
            serde_json::from_str(&line).context("the request is from another version of linecard")?;
        runtime.block_on(perform(&panel, request, move |done, total| {
            // Nobody listens any more when the command went away; the work goes on.
            let _ = progress.send((done, total));
        }))
    });
    while let Some((done, total)) = steps.recv().await {
        send(&mut writer, &Answer::Progress { done, total }).await?;
    }
    let last = match work.await {
        Ok(Ok(value)) => Answer::Done { value },
        Ok(Err(error)) => Answer::Failed { message: format!("{error:#}") },
        Err(_) => Answer::Failed { message: "the panel could not finish this; its log says why".into() },
    };
    send(&mut writer, &last).await
}

async fn send(writer: &mut (impl AsyncWriteExt + Unpin), answer: &Answer) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    Ok(writer.write_all(&line).await?)
}
