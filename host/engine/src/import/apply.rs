//! One chunk of a playlist: each entry finds its stream or makes one. Knows what an import may
//! change and what was edited by hand.

use super::playlist::PlaylistOptions;
use super::{Counts, add};
use crate::{Result, Work};
use host_core::bouquet::{Bouquet, Member};
use host_core::caller::Scope;
use host_core::category::{Category, CategoryKind};
use host_core::event::Effect;
use host_core::import::{PlaylistEntry, Skipped};
use host_core::object::{Kind, Object, Unique};
use host_core::port::{Filter, Query};
use host_core::stream::{Origin, Stream, StreamKind};
use host_core::time::Unix;
use host_core::{BouquetId, CategoryId, StreamId};
use std::collections::HashSet;

/// Endings of addresses that are movies.
const MOVIES: [&str; 13] =
    ["mp4", "mkv", "avi", "mov", "m4v", "mpg", "mpeg", "wmv", "flv", "webm", "3gp", "divx", "vob"];

/// A chunk of entries.
pub(super) struct Chunk<'a> {
    pub(super) options: &'a PlaylistOptions,
    pub(super) entries: &'a [PlaylistEntry],
    /// Whether the source had streams before this import.
    pub(super) known_source: bool,
}

/// Puts a chunk into the plan; answers the streams that its entries are. `seen` are those of the
/// chunks before.
pub(super) async fn chunk(
    work: &mut Work,
    chunk: &Chunk<'_>,
    seen: &HashSet<StreamId>,
    began: Unix,
    counts: &mut Counts,
) -> Result<Vec<StreamId>> {
    let mut touched: HashSet<StreamId> = HashSet::with_capacity(chunk.entries.len());
    let source = &chunk.options.source;
    // Addresses first, so that an entry that moved does not take the stream of one that stayed.
    let mut moved = Vec::new();
    for entry in chunk.entries {
        match work.find::<Stream>(Unique::StreamOrigin(source.clone(), entry.url.clone())).await? {
            Some(stream) if seen.contains(&stream.id) || !touched.insert(stream.id) => {
                skip(counts, &Skipped::Duplicate)
            }
            Some(stream) => set(work, stream, entry, began, counts).await?,
            None => moved.push(entry),
        }
    }
    let mut added = Vec::new();
    for entry in moved {
        // An earlier entry of this chunk may have taken the address meanwhile.
        if work.find::<Stream>(Unique::StreamOrigin(source.clone(), entry.url.clone())).await?.is_some() {
            skip(counts, &Skipped::Duplicate);
            continue;
        }
        match renamed(work, chunk, entry, |id| seen.contains(&id) || touched.contains(&id)).await? {
            Some(stream) => {
                touched.insert(stream.id);
                set(work, stream, entry, began, counts).await?;
            }
            None => {
                let Some(id) = create(work, source, entry, began, counts).await? else { continue };
                touched.insert(id);
                added.push(Member::Stream(id));
            }
        }
    }
    if !added.is_empty() {
        let bouquet = bouquet(work, &chunk.options.bouquet).await?;
        work.add_members(bouquet, added);
    }
    Ok(touched.into_iter().collect())
}

fn skip(counts: &mut Counts, reason: &Skipped) {
    add(counts, &format!("skipped:{}", reason.as_str()), 1);
}

/// The one stream of the source that has the entry's `tvg-id` and name and was not met yet.
async fn renamed(
    work: &mut Work,
    chunk: &Chunk<'_>,
    entry: &PlaylistEntry,
    is_met: impl Fn(StreamId) -> bool,
) -> Result<Option<Stream>> {
    if !chunk.known_source || entry.tvg_id.is_empty() {
        return Ok(None);
    }
    let named = Filter::ImportedAs(chunk.options.source.clone(), entry.tvg_id.clone(), entry.name.clone());
    let query = Query { filters: vec![named], limit: 2, ..Query::all(Kind::Stream, Scope::Tenant) };
    match work.list(query).await?.rows.as_slice() {
        [Object::Stream(only)] if !is_met(only.id) => work.know(only.id).await,
        _ => Ok(None),
    }
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
    counts: &mut Counts,
) -> Result<Option<StreamId>> {
    let origin = Origin { source: source.to_owned(), seen_at: began, ..Origin::default() };
    let blank = Stream { id: StreamId(0), added_at: began, origin: Some(origin), ..Stream::default() };
    let stream = filled(work, &blank, entry, began).await?;
    if stream.validate().is_err() {
        skip(counts, &Skipped::BadUrl);
        return Ok(None);
    }
    let id = StreamId(work.next_id(Kind::Stream).await?);
    work.insert(Stream { id, ..stream });
    add(counts, "added", 1);
    Ok(Some(id))
}

async fn set(work: &mut Work, before: Stream, entry: &PlaylistEntry, began: Unix, counts: &mut Counts) -> Result<()> {
    let after = filled(work, &before, entry, began).await?;
    if after == before {
        add(counts, "unchanged", 1);
        return Ok(());
    }
    if after.validate().is_err() {
        skip(counts, &Skipped::BadUrl);
        return Ok(());
    }
    if before.kind.is_live() && before.sources != after.sources {
        work.effect(Effect::RestartStream { stream: before.id });
    }
    work.update(&before, after);
    add(counts, "changed", 1);
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
        stream.categories = category(work, stream.kind, &entry.group).await?.into_iter().collect();
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

/// The category of a group title; none for an empty title.
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
