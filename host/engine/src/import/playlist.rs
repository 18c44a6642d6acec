//! Imports a playlist: live channels, radio stations and movies, their categories, and a bouquet.

use super::apply::{self, Chunk};
use super::job::{Running, unreadable};
use super::{Progress, missing};
use crate::{Engine, Result, Work};
use host_core::caller::{Caller, Scope};
use host_core::import::{ImportError, PlaylistEntry, Skipped};
use host_core::job::JobState;
use host_core::object::Kind;
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::{Refusal, StreamId};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Most entries of one plan.
const CHUNK: usize = 500;
/// Longest name of a source or bouquet, in characters.
const MAX_NAME: usize = 255;

/// How a playlist is imported.
#[derive(Clone, Debug)]
pub struct PlaylistOptions {
    /// The source, by which its streams are known again: the file's name unless chosen.
    pub source: String,
    /// The bouquet that new streams go into; made when there is none of this name.
    pub bouquet: String,
    /// Deletes what is gone from the source, instead of marking it.
    pub prune: bool,
    /// Only counts; nothing is written.
    pub dry_run: bool,
}

/// Imports entries in chunks of at most 500, with at most one chunk in memory. `progress` is told
/// after each chunk; a false answer cancels, and what was committed stays. Answers
/// `{"source","bouquet","job","state","read","counts","dry_run"}`.
///
/// # Errors
/// `invalid_input` for a file that cannot be read on (the job then shows why).
pub async fn playlist(
    engine: &Arc<Engine>,
    caller: Caller,
    options: &PlaylistOptions,
    entries: impl Iterator<Item = Result<Result<PlaylistEntry, Skipped>, ImportError>>,
    progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<Value> {
    for (field, name) in [("source", &options.source), ("bouquet", &options.bouquet)] {
        if name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            let message = format!("A {field} has a name of 1 to {MAX_NAME} printable characters.");
            return Err(Refusal::field(Code::InvalidInput, field, message).into());
        }
    }
    let kinds = ("import m3u", "import_m3u");
    let mut running = Running::begin(engine, caller, kinds, &options.source, options.dry_run).await?;
    let outcome = chunks(&mut running, options, entries, progress).await;
    let report = json!({ "source": options.source, "bouquet": options.bouquet });
    running.end(outcome, report).await
}

async fn chunks(
    running: &mut Running,
    options: &PlaylistOptions,
    mut entries: impl Iterator<Item = Result<Result<PlaylistEntry, Skipped>, ImportError>>,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    let mut seen: HashSet<StreamId> = HashSet::new();
    let known_source = has_streams(running, &options.source).await?;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        let (mut read, mut broken, mut at_end) = (0_u64, None, false);
        while chunk.len() < CHUNK {
            match entries.next() {
                None => {
                    at_end = true;
                    break;
                }
                Some(Err(error)) => {
                    broken = Some(error);
                    break;
                }
                Some(Ok(Err(skipped))) => running.add(&format!("skipped:{}", skipped.as_str()), 1),
                Some(Ok(Ok(entry))) => chunk.push(entry),
            }
            read += 1;
        }
        let piece = Chunk { options, entries: &chunk, known_source };
        let began = running.began;
        let touched = running
            .chunk(read, async |work: &mut Work, counts| apply::chunk(work, &piece, &seen, began, counts).await)
            .await?;
        seen.extend(touched);
        if let Some(error) = broken {
            return Err(unreadable(&error));
        }
        if !progress(Progress { read: running.read, counts: &running.counts }) {
            return Ok(JobState::Cancelled);
        }
        if at_end {
            break;
        }
    }
    // Only a file that was read to its end says what is gone.
    missing::mark(running, options, &seen).await?;
    Ok(JobState::Done)
}

/// Whether an earlier import left streams of this source: only then an entry can be an old one
/// under another address.
async fn has_streams(running: &Running, source: &str) -> Result<bool> {
    let filters = vec![Filter::ImportedFrom(source.to_owned())];
    let query = Query { filters, limit: 1, ..Query::all(Kind::Stream, Scope::Tenant) };
    let place = Place::Tenant(running.caller.tenant);
    Ok(!running.engine.store().list(place, query).await?.rows.is_empty())
}
