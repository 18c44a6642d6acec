//! One chunk of a playlist: each entry finds its stream or makes one. Knows what an import may
//! change and what was edited by hand.

use super::moves::{Move, Moves};
use super::playlist::PlaylistOptions;
use super::tally::Tally;
use crate::{Result, Work};
use host_core::bouquet::{Bouquet, Member};
use host_core::category::{Category, CategoryKind};
use host_core::event::Effect;
use host_core::import::{LeftOut, PlaylistEntry, Skipped};
use host_core::object::{Kind, Unique};
use host_core::stream::{Origin, Stream, StreamKind};
use host_core::time::Unix;
use host_core::{BouquetId, CategoryId, StreamId};
use std::collections::HashSet;

/// Endings of addresses that are movies.
const MOVIES: [&str; 13] =
    ["mp4", "mkv", "avi", "mov", "m4v", "mpg", "mpeg", "wmv", "flv", "webm", "3gp", "divx", "vob"];
/// What is counted of a file that breaks off where an entry may be a stream that moved: the next
/// import of the whole file decides.
const UNKNOWN: &str = "skipped:file_broke_off";

/// A chunk of entries.
pub(super) struct Chunk<'a> {
    pub(super) options: &'a PlaylistOptions,
    pub(super) entries: &'a [PlaylistEntry],
    pub(super) moves: &'a Moves,
    /// What the bouquet had before the import.
    pub(super) listed: &'a HashSet<StreamId>,
}

/// Adds a chunk to the plan. Returns the streams that its entries matched or created; `seen` are
/// those of the chunks before.
pub(super) async fn chunk(
    work: &mut Work,
    chunk: &Chunk<'_>,
    seen: &HashSet<StreamId>,
    began: Unix,
    tally: &mut Tally,
) -> Result<Vec<StreamId>> {
    let mut touched: HashSet<StreamId> = HashSet::with_capacity(chunk.entries.len());
    let mut members = Vec::new();
    let source = &chunk.options.source;
    for entry in chunk.entries {
        let is_met = |stream: &Stream| seen.contains(&stream.id) || touched.contains(&stream.id);
        let at_address = work.find(Unique::StreamOrigin(source.clone(), entry.url.clone())).await?;
        let stream = match (at_address, chunk.moves.of(entry)) {
            (Some(stream), _) if is_met(&stream) => {
                skip(tally, entry, Skipped::Duplicate);
                continue;
            }
            (Some(stream), _) => Some(stream),
            (None, Move::Of(id)) => moved_here(work, source, entry, id).await?.filter(|stream| !is_met(stream)),
            (None, Move::New) => None,
            (None, Move::Unknown) => {
                tally.add(UNKNOWN, 1);
                continue;
            }
        };
        let (id, kind) = match stream {
            Some(stream) => {
                let known = (stream.id, stream.kind);
                set(work, stream, entry, began, tally).await?;
                known
            }
            None => match create(work, source, entry, began, tally).await? {
                Some(id) => (id, StreamKind::default()),
                None => continue,
            },
        };
        touched.insert(id);
        if !entry.not_kept.is_empty() {
            tally.drop_options(entry.line, &entry.name, &entry.not_kept);
        }
        // An episode is in a bouquet with its series only.
        if kind != StreamKind::Episode && !chunk.listed.contains(&id) {
            members.push(Member::Stream(id));
        }
    }
    if !members.is_empty() {
        let bouquet = bouquet(work, &chunk.options.bouquet).await?;
        work.add_members(bouquet, members);
    }
    Ok(touched.into_iter().collect())
}

fn skip(tally: &mut Tally, entry: &PlaylistEntry, reason: Skipped) {
    tally.leave_out(LeftOut { line: entry.line, name: entry.name.clone(), reason });
}

/// The stream that was found to have moved to the entry's address, if it is still as it was then.
async fn moved_here(work: &mut Work, source: &str, entry: &PlaylistEntry, id: StreamId) -> Result<Option<Stream>> {
    let stream: Option<Stream> = work.know(id).await?;
    Ok(stream.filter(|stream| {
        stream.origin.as_ref().is_some_and(|origin| {
            (origin.source.as_str(), &origin.tvg_id, &origin.name) == (source, &entry.tvg_id, &entry.name)
        })
    }))
}

/// What an entry is by its address: a movie with its container, or something endless.
fn kind(entry: &PlaylistEntry) -> (StreamKind, String) {
    let path = entry.url.split(['?', '#']).next().unwrap_or(&entry.url);
    let file = path.rsplit('/').next().unwrap_or(path);
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if MOVIES.contains(&ending.as_str()) {
        return (StreamKind::Movie, ending);
    }
    (if entry.radio { StreamKind::Radio } else { StreamKind::Live }, String::new())
}

async fn create(
    work: &mut Work,
    source: &str,
    entry: &PlaylistEntry,
    began: Unix,
    tally: &mut Tally,
) -> Result<Option<StreamId>> {
    let origin = Origin { source: source.to_owned(), seen_at: began, ..Origin::default() };
    let blank = Stream { id: StreamId(0), added_at: began, origin: Some(origin), ..Stream::default() };
    let stream = filled(work, &blank, entry, began).await?;
    if stream.validate().is_err() {
        skip(tally, entry, Skipped::BadUrl);
        return Ok(None);
    }
    let id = StreamId(work.next_id(Kind::Stream).await?);
    work.insert(Stream { id, ..stream });
    tally.add("added", 1);
    Ok(Some(id))
}

async fn set(work: &mut Work, before: Stream, entry: &PlaylistEntry, began: Unix, tally: &mut Tally) -> Result<()> {
    let after = filled(work, &before, entry, began).await?;
    if after == before {
        tally.add("unchanged", 1);
        return Ok(());
    }
    if after.validate().is_err() {
        skip(tally, entry, Skipped::BadUrl);
        return Ok(());
    }
    if before.kind.is_live() && before.sources != after.sources {
        work.effect(Effect::RestartStream { stream: before.id });
    }
    work.update(&before, after);
    tally.add("changed", 1);
    Ok(())
}

/// The stream as the entry says, except for the fields that were edited by hand.
async fn filled(work: &mut Work, before: &Stream, entry: &PlaylistEntry, began: Unix) -> Result<Stream> {
    let mut stream = before.clone();
    let origin = before.origin.clone().unwrap_or_default();
    let free = |field: &str| !origin.edited.iter().any(|edited| edited == field);
    if free("kind") && free("container") {
        (stream.kind, stream.container) = kind(entry);
    }
    if free("categories") {
        stream.categories = categories(work, stream.kind, &entry.group).await?;
    }
    if free("name") {
        stream.name.clone_from(&entry.name);
    }
    if free("icon") {
        stream.icon.clone_from(&entry.logo);
    }
    if free("sources") {
        stream.sources = vec![entry.url.clone()];
    }
    if free("guide_channel") {
        stream.guide_channel.clone_from(&entry.tvg_id);
    }
    if free("number") {
        stream.number = entry.number;
    }
    if free("guide_offset") {
        stream.guide_offset = entry.guide_offset;
    }
    if free("archive_days") {
        stream.archive_days = entry.archive_days;
    }
    let mut seen = Origin {
        url: entry.url.clone(),
        tvg_id: entry.tvg_id.clone(),
        name: entry.name.clone(),
        missing: false,
        ..origin
    };
    stream.origin = Some(seen.clone());
    // When it was seen is written only along with a change: an unchanged stream costs no write.
    if stream != *before {
        seen.seen_at = began;
        stream.origin = Some(seen);
    }
    Ok(stream)
}

/// The categories of a group title, in its order: `News;Local` are two.
async fn categories(work: &mut Work, stream: StreamKind, title: &str) -> Result<Vec<CategoryId>> {
    let mut categories = Vec::new();
    for name in title.split(';') {
        if let Some(id) = category(work, stream, name).await?
            && !categories.contains(&id)
        {
            categories.push(id);
        }
    }
    Ok(categories)
}

/// The category of this name; none for an empty one.
async fn category(work: &mut Work, stream: StreamKind, title: &str) -> Result<Option<CategoryId>> {
    let name: String = title.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    if name.is_empty() {
        return Ok(None);
    }
    let kind = match stream {
        StreamKind::Movie => CategoryKind::Movie,
        StreamKind::Radio => CategoryKind::Radio,
        _ => CategoryKind::Live,
    };
    if let Some(known) = work.find::<Category>(Unique::CategoryName(kind, name.clone())).await? {
        return Ok(Some(known.id));
    }
    let id = CategoryId(work.next_id(Kind::Category).await?);
    let position = i32::try_from(id.0).unwrap_or(i32::MAX);
    work.insert(Category { id, kind, name, position, ..Category::default() });
    Ok(Some(id))
}

/// The bouquet with this name, made when there is none.
async fn bouquet(work: &mut Work, name: &str) -> Result<BouquetId> {
    if let Some(known) = work.find::<Bouquet>(Unique::BouquetName(name.to_owned())).await? {
        return Ok(known.id);
    }
    let id = BouquetId(work.next_id(Kind::Bouquet).await?);
    work.insert(Bouquet { id, name: name.to_owned(), ..Bouquet::default() });
    Ok(id)
}
