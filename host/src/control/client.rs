//! The command's side of the control socket.

use super::Answer;
use crate::request::Request;
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Hands a request to the panel that holds the data directory, and waits for its answer.
/// `progress` gets (done, total) in bytes.
pub async fn send(socket: &Path, request: &Request, mut progress: impl FnMut(u64, u64)) -> anyhow::Result<Value> {
    let stream = UnixStream::connect(socket).await.with_context(|| {
        format!(
            "another process holds the data directory, but does not listen on {}; wait for it to end or start it again",
            socket.display()
        )
    })?;
    let (reader, mut writer) = stream.into_split();
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    writer.write_all(&line).await?;
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Answer::Progress { done, total } => progress(done, total),
            Answer::Done { value } => return Ok(value),
            Answer::Failed { message } => bail!(message),
        }
    }
    bail!("the panel ended before it answered; look at its log and try again")
}
