//! What is gone from a source: marked, or deleted. Knows only which streams were met.

use super::Progress;
use super::job::Running;
use super::playlist::PlaylistOptions;
use crate::{Result, Work};
use host_core::StreamId;
use host_core::caller::Scope;
use host_core::event::Effect;
use host_core::job::JobState;
use host_core::object::{Kind, Object};
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::stream::{Origin, Stream};
use std::collections::HashSet;

/// Streams that are looked at in one plan.
const PIECE: u32 = 500;

/// Marks, or with `prune` deletes, the source's streams that were not met, until `progress` says
/// no.
pub(super) async fn mark(
    running: &mut Running,
    options: &PlaylistOptions,
    seen: &HashSet<StreamId>,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    let mut after = 0;
    loop {
        let filters = vec![Filter::ImportedFrom(options.source.clone()), Filter::After(after)];
        let query = Query { filters, limit: PIECE, ..Query::all(Kind::Stream, Scope::Tenant) };
        let page = running.engine.store().list(Place::Tenant(running.caller.tenant), query).await?;
        let Some(last) = page.rows.last() else { return Ok(JobState::Done) };
        after = last.key().number();
        let gone: Vec<StreamId> = page
            .rows
            .iter()
            .filter_map(|row| match row {
                Object::Stream(stream) if !seen.contains(&stream.id) => Some(stream.id),
                _ => None,
            })
            .collect();
        if gone.is_empty() {
            continue;
        }
        let prune = options.prune;
        running
            .chunk(0, async |work: &mut Work, tally| {
                for id in &gone {
                    let Some(stream) = work.know::<Stream>(*id).await? else { continue };
                    tally.add("missing", 1);
                    one(work, &stream, prune);
                }
                tally.add("pruned", if prune { gone.len() as u64 } else { 0 });
                Ok(())
            })
            .await?;
        if !progress(Progress { read: running.read, counts: &running.tally.counts }) {
            return Ok(JobState::Cancelled);
        }
    }
}

fn one(work: &mut Work, stream: &Stream, prune: bool) {
    if prune {
        work.effect(Effect::RestartStream { stream: stream.id });
        work.delete(stream);
        return;
    }
    let origin = stream.origin.clone().map(|origin| Origin { missing: true, ..origin });
    work.update(stream, Stream { origin, ..stream.clone() });
}
