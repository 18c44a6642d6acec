//! What an import leaves of a guide source: the build before, or its own one when it failed. Dropped at the job's
//! end, a piece at a time.

use super::interrupted::give_up;
use super::job::Running;
use crate::{Finished, Result, Work};
use host_core::GuideSourceId;
use host_core::guide::{Build, GuideSource};
use host_core::plan::Change;

/// Most programmes that one plan drops.
const PIECE: u32 = 5_000;

/// Drops the builds that nobody reads, and this one unless it was finished. What cannot be dropped now, or is left when
/// `goes_on` says stop, is dropped by the engine's step.
pub(super) async fn clear(
    running: &Running,
    (source, build): (GuideSourceId, Build),
    finished: bool,
    goes_on: impl FnMut() -> bool,
) {
    if running.is_dry_run() {
        return;
    }
    match try_clear(running, source, build, finished, goes_on).await {
        Ok(true) => return,
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, %source, "guide builds that nobody reads are left to be dropped later"),
    }
    running.engine.due.prune(running.caller.tenant, source);
}

/// False when builds are left.
async fn try_clear(
    running: &Running,
    source: GuideSourceId,
    build: Build,
    finished: bool,
    mut goes_on: impl FnMut() -> bool,
) -> Result<bool> {
    let leave = async |work: &mut Work| match work.know::<GuideSource>(source).await? {
        Some(before) if before.latest == build => give_up(work, &before),
        _ => Ok(()),
    };
    if !finished {
        running.engine.act(running.caller.clone(), running.action, leave).await?;
    }
    while goes_on() {
        if piece(running, source).await? < PIECE {
            return Ok(true);
        }
    }
    if finished {
        // A latest build that is not the current one tells the next process to look.
        running.engine.act(running.caller.clone(), running.action, leave).await?;
    }
    Ok(false)
}

async fn piece(running: &Running, source: GuideSourceId) -> Result<u32> {
    let mut run = running.engine.begin(running.caller.clone(), running.action);
    loop {
        let mut work = run.attempt();
        work.change(Change::PruneGuide(source, PIECE));
        if let Finished::Done { committed, .. } = run.finish(work, Vec::new()).await? {
            return Ok(committed.touched.first().copied().unwrap_or(0));
        }
    }
}
