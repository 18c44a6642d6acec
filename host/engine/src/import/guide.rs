//! Imports a guide: a new build beside the one that is read, switched at the end. A file that
//! breaks off, or has no programme, leaves the last good guide as it was.

use super::interrupted::GUIDE;
use super::job::{Running, unreadable};
use super::{Progress, leftover};
use crate::{Engine, Error, Result, Work};
use futures_util::{Stream, StreamExt, stream};
use host_core::caller::Caller;
use host_core::guide::{Build, GuideChannel, GuideSource, Programme};
use host_core::import::{GuideItem, ImportError, LeftOut};
use host_core::job::JobState;
use host_core::object::Kind;
use host_core::plan::Change;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{GuideSourceId, JobId, Refusal};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a parser hands over: an item, one that is left out, or why the guide cannot be read on.
type Entry = Result<Result<GuideItem, LeftOut>, ImportError>;

/// Most items of one plan.
const CHUNK: usize = 500;
/// Most bytes of text of one plan: a plan holds 8 MiB.
const CHUNK_BYTES: usize = 2 << 20;

/// How a guide is imported.
#[derive(Clone, Debug)]
pub struct GuideOptions {
    /// The guide source, made when there is none of this name: the file's name unless chosen.
    pub source: String,
    /// Only counts; nothing is written.
    pub dry_run: bool,
}

/// Imports items in chunks, with at most one chunk in memory. `progress` is told after each;
/// when it returns false, the import is cancelled and the guide stays as it was. Returns
/// `{"source","job","state","read","counts","dry_run","left_out","not_kept"}`.
///
/// # Errors
/// `conflict` while another import of the source runs; `invalid_input` for a file that cannot be read to its end or has no programme.
pub async fn guide(
    engine: &Arc<Engine>,
    caller: Caller,
    options: &GuideOptions,
    items: impl Iterator<Item = Entry>,
    progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<Value> {
    if options.source.trim().is_empty() || options.source.chars().count() > 255 {
        return Err(Refusal::field(Code::InvalidInput, "source", "A source has a name of 1 to 255 characters.").into());
    }
    let target = Target { name: options.source.clone(), held: None, dry_run: options.dry_run };
    import(engine, caller, &target, stream::iter(items), progress).await
}

/// What a guide is imported into.
pub(super) struct Target {
    /// The source's name.
    pub(super) name: String,
    /// The source that has this name, and the job that was asked for; without it, one is found or made by the name.
    pub(super) held: Option<(GuideSourceId, Option<JobId>)>,
    /// Only counts; nothing is written.
    pub(super) dry_run: bool,
}

/// Imports items as they come.
pub(super) async fn import(
    engine: &Arc<Engine>,
    caller: Caller,
    target: &Target,
    items: impl Stream<Item = Entry> + Unpin,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<Value> {
    let subject = (target.name.as_str(), target.held.and_then(|(_, job)| job));
    let mut running = Running::begin(engine, caller, ("import xmltv", GUIDE), subject, target.dry_run).await?;
    let job = running.id();
    let begun = running.chunk(0, async |work: &mut Work, _| begin(work, target, job).await).await;
    let outcome = match begun {
        Ok(begun) => {
            let outcome = build(&mut running, &begun, items, &mut progress).await;
            let goes_on = || progress(Progress { read: running.read, counts: &running.tally.counts });
            let built = (begun.id, begun.latest);
            leftover::clear(&running, built, matches!(outcome, Ok(JobState::Done)), goes_on).await;
            outcome
        }
        Err(error) => Err(error),
    };
    running.end(outcome, json!({ "source": target.name })).await
}

/// Builds what is the source's latest build.
async fn build(
    running: &mut Running,
    source: &GuideSource,
    mut items: impl Stream<Item = Entry> + Unpin,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    let (id, latest) = (source.id, source.latest);
    loop {
        let piece = Piece::read(running, source, &mut items).await;
        let (channels, programmes) = (piece.channels, piece.programmes);
        let (read, ended) = (piece.read, piece.ended);
        let guide = (channels, programmes);
        running
            .chunk(read, async |work: &mut Work, tally| {
                tally.add("channels", guide.0.len() as u64);
                tally.add("programmes", guide.1.len() as u64);
                if !guide.0.is_empty() || !guide.1.is_empty() {
                    work.change(Change::Guide(id, latest, guide.0.clone(), guide.1.clone()));
                }
                Ok(())
            })
            .await?;
        if !progress(Progress { read: running.read, counts: &running.tally.counts }) {
            return Ok(JobState::Cancelled);
        }
        match ended {
            Some(Ok(())) => break,
            Some(Err(error)) => return Err(unreadable(&error)),
            None => {}
        }
    }
    let count = |name| running.tally.counts.get(name).map_or(0, |count| u32::try_from(*count).unwrap_or(u32::MAX));
    let counts = (count("channels"), count("programmes"));
    if counts.1 == 0 {
        let message = match count("old") {
            0 => "The file has no programme; the guide stays.",
            _ => "All programmes of the file are older than the source keeps them; the guide stays.",
        };
        return Err(Refusal::field(Code::InvalidInput, "file", message).into());
    }
    running.chunk(0, async |work: &mut Work, _| switch(work, id, latest, counts).await).await?;
    Ok(JobState::Done)
}

/// What one plan of a guide holds.
struct Piece {
    channels: Vec<GuideChannel>,
    programmes: Vec<Programme>,
    read: u64,
    ended: Option<Result<(), ImportError>>,
}

impl Piece {
    async fn read(
        running: &mut Running,
        source: &GuideSource,
        items: &mut (impl Stream<Item = Entry> + Unpin),
    ) -> Piece {
        let mut piece = Piece { channels: Vec::new(), programmes: Vec::new(), read: 0, ended: None };
        let mut bytes = 0;
        while piece.channels.len() + piece.programmes.len() < CHUNK && bytes < CHUNK_BYTES {
            match items.next().await {
                None => {
                    piece.ended = Some(Ok(()));
                    break;
                }
                Some(Err(error)) => {
                    piece.ended = Some(Err(error));
                    break;
                }
                Some(Ok(Err(left_out))) => running.tally.leave_out(left_out),
                Some(Ok(Ok(GuideItem::Channel(channel)))) => {
                    bytes += channel.name.len() + channel.icon.len();
                    piece.channels.push(channel);
                }
                Some(Ok(Ok(GuideItem::Programme(programme)))) => match source.kept(programme, running.began) {
                    Some(programme) => {
                        bytes += programme.title.len() + programme.description.len();
                        piece.programmes.push(programme);
                    }
                    None => running.tally.add("old", 1),
                },
            }
            piece.read += 1;
        }
        piece
    }
}

/// The source, whose latest build is one of this import's own that nobody reads yet.
async fn begin(work: &mut Work, target: &Target, job: Option<JobId>) -> Result<GuideSource> {
    let known: Option<GuideSource> = match target.held {
        Some((id, _)) => Some(work.know(id).await?.ok_or_else(|| Refusal::not_found("guide_source"))?),
        None => work.find(Unique::GuideSourceName(target.name.clone())).await?,
    };
    let Some(before) = known else {
        let id = work.next_id(Kind::GuideSource).await?;
        let new = GuideSource::new(id, target.name.clone(), work.now());
        let source = GuideSource { latest: Build(1), job, ..new };
        work.insert(source.clone());
        return Ok(source);
    };
    let latest = Build(before.latest.0.checked_add(1).ok_or_else(|| Error::Invalid("no more builds".into()))?);
    let source = GuideSource { latest, job: job.or(before.job), ..before.clone() };
    work.update(&before, source.clone());
    Ok(source)
}

/// Readers see the build from here on, unless a newer import of the source has begun: what nobody
/// reads of builds before that one may be gone already.
async fn switch(work: &mut Work, id: GuideSourceId, build: Build, (channels, programmes): (u32, u32)) -> Result<()> {
    if work.is_dry_run() {
        return Ok(());
    }
    let before: GuideSource = work.know(id).await?.ok_or_else(|| Refusal::not_found("guide_source"))?;
    if before.latest != build {
        let message = "A newer import of this guide source has begun; if that fails, import this file again.";
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    let now = work.now();
    let after = GuideSource { current: build, channels, programmes, updated_at: now, intact: true, ..before.clone() };
    work.update(&before, after);
    Ok(())
}
