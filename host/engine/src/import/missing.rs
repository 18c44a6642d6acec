//! What is gone from a source: marked, or deleted.

use super::Progress;
use super::job::Running;
use super::options::PlaylistOptions;
use super::tally::Tally;
use crate::{Result, Work};
use host_core::StreamId;
use host_core::event::Effect;
use host_core::job::JobState;
use host_core::stream::{Origin, Stream};
use std::collections::HashSet;

/// Streams that are looked at in one plan.
const PIECE: usize = 500;

/// Marks, or with `prune` deletes, those of the streams that the source had `before` which were not
/// met, until `progress` says no.
pub(super) async fn mark(
    running: &mut Running,
    options: &PlaylistOptions,
    before: &[StreamId],
    seen: &HashSet<StreamId>,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    let gone: Vec<StreamId> = before.iter().filter(|id| !seen.contains(id)).copied().collect();
    for piece in gone.chunks(PIECE) {
        running.chunk(0, async |work: &mut Work, tally| marked(work, piece, options.prune, tally).await).await?;
        if !progress(Progress { read: running.read, counts: &running.tally.counts }) {
            return Ok(JobState::Cancelled);
        }
    }
    Ok(JobState::Done)
}

async fn marked(work: &mut Work, gone: &[StreamId], prune: bool, tally: &mut Tally) -> Result<()> {
    for id in gone {
        let Some(stream) = work.know::<Stream>(*id).await? else { continue };
        tally.add("missing", 1);
        if prune {
            tally.add("pruned", 1);
        }
        mark_or_delete(work, &stream, prune);
    }
    Ok(())
}

fn mark_or_delete(work: &mut Work, stream: &Stream, prune: bool) {
    if prune {
        work.effect(Effect::RestartStream { stream: stream.id });
        work.delete(stream);
        return;
    }
    let origin = stream.origin.clone().map(|origin| Origin { missing: true, ..origin });
    work.update(stream, Stream { origin, ..stream.clone() });
}
