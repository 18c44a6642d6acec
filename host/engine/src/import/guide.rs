//! Imports a guide: a new build beside the one that is read, switched at the end. A file that
//! breaks off, or has no programme, leaves the last good guide as it was.

use super::interrupted::GUIDE;
use super::job::{Running, unreadable};
use super::{Progress, leftover};
use crate::{Engine, Error, Result, Work};
use host_core::GuideSourceId;
use host_core::Refusal;
use host_core::caller::Caller;
use host_core::guide::{Build, GuideChannel, GuideSource, Programme};
use host_core::import::{GuideItem, ImportError, LeftOut};
use host_core::job::JobState;
use host_core::object::Kind;
use host_core::plan::Change;
use host_core::refusal::Code;
use host_core::unique::Unique;
use serde_json::{Value, json};
use std::sync::Arc;

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
    items: impl Iterator<Item = Result<Result<GuideItem, LeftOut>, ImportError>>,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<Value> {
    if options.source.trim().is_empty() || options.source.chars().count() > 255 {
        return Err(Refusal::field(Code::InvalidInput, "source", "A source has a name of 1 to 255 characters.").into());
    }
    let kinds = ("import xmltv", GUIDE);
    let mut running = Running::begin(engine, caller, kinds, &options.source, options.dry_run).await?;
    let begun = running.chunk(0, async |work: &mut Work, _| begin(work, &options.source).await).await;
    let outcome = match begun {
        Ok(begun) => {
            let outcome = build(&mut running, begun, items, &mut progress).await;
            let goes_on = || progress(Progress { read: running.read, counts: &running.tally.counts });
            leftover::clear(&running, begun, matches!(outcome, Ok(JobState::Done)), goes_on).await;
            outcome
        }
        Err(error) => Err(error),
    };
    running.end(outcome, json!({ "source": options.source })).await
}

async fn build(
    running: &mut Running,
    (source, build): (GuideSourceId, Build),
    mut items: impl Iterator<Item = Result<Result<GuideItem, LeftOut>, ImportError>>,
    mut progress: impl FnMut(Progress<'_>) -> bool,
) -> Result<JobState> {
    loop {
        let piece = Piece::read(running, &mut items);
        let (channels, programmes) = (piece.channels, piece.programmes);
        let (read, ended) = (piece.read, piece.ended);
        let guide = (channels, programmes);
        running
            .chunk(read, async |work: &mut Work, tally| {
                tally.add("channels", guide.0.len() as u64);
                tally.add("programmes", guide.1.len() as u64);
                if !guide.0.is_empty() || !guide.1.is_empty() {
                    work.change(Change::Guide(source, build, guide.0.clone(), guide.1.clone()));
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
    let programmes = running.tally.counts.get("programmes").copied().unwrap_or(0);
    if programmes == 0 {
        return Err(Refusal::field(Code::InvalidInput, "file", "The file has no programme; the guide stays.").into());
    }
    running.chunk(0, async |work: &mut Work, _| switch(work, source, build, programmes).await).await?;
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
    fn read(
        running: &mut Running,
        items: &mut impl Iterator<Item = Result<Result<GuideItem, LeftOut>, ImportError>>,
    ) -> Piece {
        let mut piece = Piece { channels: Vec::new(), programmes: Vec::new(), read: 0, ended: None };
        let mut bytes = 0;
        while piece.channels.len() + piece.programmes.len() < CHUNK && bytes < CHUNK_BYTES {
            match items.next() {
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
                Some(Ok(Ok(GuideItem::Programme(programme)))) => {
                    bytes += programme.title.len() + programme.description.len();
                    piece.programmes.push(programme);
                }
            }
            piece.read += 1;
        }
        piece
    }
}

/// The source and a build of its own that nobody reads yet.
async fn begin(work: &mut Work, name: &str) -> Result<(GuideSourceId, Build)> {
    let known: Option<GuideSource> = work.find(Unique::GuideSourceName(name.to_owned())).await?;
    let Some(before) = known else {
        let id = work.next_id(Kind::GuideSource).await?;
        let source = GuideSource { latest: Build(1), ..GuideSource::new(id, name.to_owned(), work.now()) };
        let began = (source.id, source.latest);
        work.insert(source);
        return Ok(began);
    };
    let latest = Build(before.latest.0.checked_add(1).ok_or_else(|| Error::Invalid("no more builds".into()))?);
    work.update(&before, GuideSource { latest, ..before.clone() });
    Ok((before.id, latest))
}

/// Readers see the build from here on, unless a newer import of the source has begun: what nobody
/// reads of builds before that one may be gone already.
async fn switch(work: &mut Work, id: GuideSourceId, build: Build, programmes: u64) -> Result<()> {
    if work.is_dry_run() {
        return Ok(());
    }
    let before: GuideSource = work.know(id).await?.ok_or_else(|| Refusal::not_found("guide_source"))?;
    if before.latest != build {
        let message = "A newer import of this guide source has begun; if that fails, import this file again.";
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    let (updated_at, programmes) = (work.now(), u32::try_from(programmes).unwrap_or(u32::MAX));
    work.update(&before, GuideSource { current: build, programmes, updated_at, ..before.clone() });
    Ok(())
}
