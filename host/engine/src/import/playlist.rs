//! Imports a playlist: live channels, radio stations and movies, their categories, and a bouquet.

use super::apply::{self, Chunk, Met};
use super::job::{Running, unreadable};
use super::moves::Moves;
use super::options::PlaylistOptions;
use super::{Entry, Progress, missing};
use crate::{Engine, Result, Work};
use host_core::bouquet::Member;
use host_core::caller::Caller;
use host_core::job::JobState;
use host_core::object::Object;
use host_core::plan::Database;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{Refusal, StreamId};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Most entries of one plan.
const CHUNK: usize = 500;
/// Longest name of a source or bouquet, in characters.
const MAX_NAME: usize = 255;

/// Imports entries in chunks of at most 500, with at most one chunk in memory. `progress` is told
/// after each chunk; when it returns false, the import is cancelled and what was committed stays. Returns
/// `{"source","bouquet","job","state","read","counts","dry_run","left_out","not_kept"}`; the last two
/// list what is left out, and whose options for players are not kept, by line and name.
///
/// An entry is a stream of the source when that has its address; otherwise when exactly one
/// stream of the source has its `tvg-id` and name, no other entry of the file has both, and the
/// stream's own address is nowhere in the file. Every other entry is a new stream. For this the
/// entries are read twice where the source is known already: `entries` gives the same ones for
/// each of its clones.
///
/// # Errors
/// `conflict` while another import of the source runs; `invalid_input` for a file that cannot be read on (the job then shows why).
pub async fn playlist(
    engine: &Arc<Engine>,
    caller: Caller,
    options: &PlaylistOptions,
    entries: impl IntoIterator<Item = Entry> + Clone,
    progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<Value> {
    for (field, name) in [("source", &options.source), ("bouquet", &options.bouquet)] {
        if name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            let message = format!("A {field} has a name of 1 to {MAX_NAME} printable characters.");
            return Err(Refusal::field(Code::InvalidInput, field, message).into());
        }
    }
    let kinds = ("import m3u", "import_m3u");
    let mut running = Running::begin(engine, caller, kinds, (&options.source, None), options.dry_run).await?;
    let outcome = chunks(&mut running, options, entries, progress).await;
    let report = json!({ "source": options.source, "bouquet": options.bouquet });
    running.end(outcome, report).await
}

async fn chunks(
    running: &mut Running,
    options: &PlaylistOptions,
    entries: impl IntoIterator<Item = Entry> + Clone,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    let mut seen: HashSet<StreamId> = HashSet::new();
    let mut moves = Moves::find(running, &options.source, entries.clone()).await?;
    let listed = listed(running, &options.bouquet).await?;
    let mut entries = entries.into_iter();
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
                Some(Ok(Err(left_out))) => running.tally.leave_out(left_out),
                Some(Ok(Ok(entry))) => {
                    let known = moves.may_have(&entry.url);
                    chunk.push(Met { entry, known });
                }
            }
            read += 1;
        }
        let piece = Chunk { options, entries: &chunk, moves: &moves, listed: &listed, began: running.began };
        let touched =
            running.chunk(read, async |work: &mut Work, tally| apply::chunk(work, &piece, &seen, tally).await).await?;
        seen.extend(touched);
        // Asked first: who cancels may have stopped the reading.
        if !progress(Progress { read: running.read, counts: &running.tally.counts }) {
            return Ok(JobState::Cancelled);
        }
        if let Some(error) = broken {
            return Err(unreadable(&error));
        }
        if at_end {
            break;
        }
    }
    // Only a file that was read to its end says what is gone.
    missing::mark(running, options, &moves.before, &seen, progress).await
}

/// The streams that the bouquet has before the import.
async fn listed(running: &Running, bouquet: &str) -> Result<HashSet<StreamId>> {
    let (store, tenant) = (running.engine.store(), running.caller.tenant);
    let known = store.find(Database::Tenant(tenant), Unique::BouquetName(bouquet.to_owned())).await?;
    let Some(Object::Bouquet(bouquet)) = known else { return Ok(HashSet::new()) };
    let members = store.members(tenant, bouquet.id).await?;
    Ok(members.into_iter().filter_map(|member| if let Member::Stream(id) = member { Some(id) } else { None }).collect())
}
