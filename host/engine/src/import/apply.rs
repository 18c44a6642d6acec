//! One chunk of a playlist: each entry finds its stream or makes one. Fields that were edited by hand stay as
//! they are.

use super::moves::{Move, Moves};
use super::options::PlaylistOptions;
use super::tally::Tally;
use crate::{Result, Work};
use host_core::bouquet::{Bouquet, Member};
use host_core::category::{Category, CategoryKind};
use host_core::event::Effect;
use host_core::import::{LeftOut, PlaylistEntry, Skipped};
use host_core::object::Kind;
use host_core::source::Source;
use host_core::stream::{Delivery, Origin, Stream, StreamKind};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{BouquetId, CategoryId, StreamId};
use std::collections::{HashMap, HashSet};

/// Endings of addresses that are movies.
const MOVIES: [&str; 13] =
    ["mp4", "mkv", "avi", "mov", "m4v", "mpg", "mpeg", "wmv", "flv", "webm", "3gp", "divx", "vob"];
/// What is counted of a file that breaks off where an entry may be a stream that moved: the next
/// import of the whole file decides.
const UNKNOWN: &str = "skipped:file_broke_off";

/// An entry that was read.
pub(super) struct Met {
    pub(super) entry: PlaylistEntry,
    /// A stream of the source may have its address; otherwise certainly none has.
    pub(super) known: bool,
}

/// A chunk of entries.
pub(super) struct Chunk<'a> {
    pub(super) options: &'a PlaylistOptions,
    pub(super) entries: &'a [Met],
    pub(super) moves: &'a Moves,
    /// What the bouquet had before the import.
    pub(super) listed: &'a HashSet<StreamId>,
    pub(super) began: Unix,
}

/// Adds a chunk to the plan. Returns the streams that its entries matched or created; `seen` are
/// those of the chunks before.
pub(super) async fn chunk(
    work: &mut Work,
    chunk: &Chunk<'_>,
    seen: &HashSet<StreamId>,
    tally: &mut Tally,
) -> Result<Vec<StreamId>> {
    let mut applying = Applying { work, chunk, tally, categories: HashMap::new() };
    let mut touched: HashSet<StreamId> = HashSet::with_capacity(chunk.entries.len());
    let mut members = Vec::new();
    for met in chunk.entries {
        let is_met = |stream: &Stream| seen.contains(&stream.id) || touched.contains(&stream.id);
        let Some((id, kind)) = applying.entry(met, is_met).await? else { continue };
        touched.insert(id);
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

/// A chunk on its way into a plan.
struct Applying<'a> {
    work: &'a mut Work,
    chunk: &'a Chunk<'a>,
    tally: &'a mut Tally,
    /// The categories of the titles so far.
    categories: HashMap<(CategoryKind, String), Vec<CategoryId>>,
}

impl Applying<'_> {
    /// Finds the entry's stream and sets it, or makes one. None for an entry that is left out;
    /// `is_met` says whether an entry before had the stream.
    async fn entry(
        &mut self,
        Met { entry, known }: &Met,
        is_met: impl Fn(&Stream) -> bool,
    ) -> Result<Option<(StreamId, StreamKind)>> {
        let source = &self.chunk.options.source;
        let at_address = match known {
            true => self.work.find(Unique::StreamOrigin(source.clone(), entry.url.clone())).await?,
            false => None,
        };
        let stream = match (at_address, self.chunk.moves.of(entry)) {
            (Some(stream), _) if is_met(&stream) => {
                self.skip(entry, Skipped::Duplicate);
                return Ok(None);
            }
            (Some(stream), _) => Some(stream),
            (None, Move::Of(id)) => moved_here(self.work, source, entry, id).await?.filter(|stream| !is_met(stream)),
            (None, Move::New) => None,
            (None, Move::Unknown) => {
                self.tally.add(UNKNOWN, 1);
                return Ok(None);
            }
        };
        let set = match stream {
            Some(stream) => {
                let known = (stream.id, stream.kind);
                self.set(stream, entry).await?;
                Some(known)
            }
            None => self.create(entry).await?,
        };
        if set.is_some() && !entry.not_kept.is_empty() {
            self.tally.drop_options(entry.line, &entry.name, &entry.not_kept);
        }
        Ok(set)
    }

    fn skip(&mut self, entry: &PlaylistEntry, reason: Skipped) {
        self.tally.leave_out(LeftOut { line: entry.line, name: entry.name.clone(), reason });
    }

    async fn create(&mut self, entry: &PlaylistEntry) -> Result<Option<(StreamId, StreamKind)>> {
        let (source, began) = (self.chunk.options.source.clone(), self.chunk.began);
        let origin = Origin { source, seen_at: began, ..Origin::default() };
        let blank = Stream { id: StreamId(0), added_at: began, origin: Some(origin), ..Stream::default() };
        let stream = self.filled(&blank, entry).await?;
        if stream.validate().is_err() {
            self.skip(entry, Skipped::BadUrl);
            return Ok(None);
        }
        let (id, kind) = (StreamId(self.work.next_id(Kind::Stream).await?), stream.kind);
        self.work.insert(Stream { id, ..stream });
        self.tally.add("added", 1);
        Ok(Some((id, kind)))
    }

    async fn set(&mut self, before: Stream, entry: &PlaylistEntry) -> Result<()> {
        let after = self.filled(&before, entry).await?;
        if after == before {
            self.tally.add("unchanged", 1);
            return Ok(());
        }
        if after.validate().is_err() {
            self.skip(entry, Skipped::BadUrl);
            return Ok(());
        }
        if before.kind.is_live() && before.sources != after.sources {
            self.work.effect(Effect::RestartStream { stream: before.id });
        }
        self.work.update(&before, after);
        self.tally.add("changed", 1);
        Ok(())
    }

    /// The stream as the entry says, except for the fields that were edited by hand.
    async fn filled(&mut self, before: &Stream, entry: &PlaylistEntry) -> Result<Stream> {
        let mut stream = before.clone();
        let origin = before.origin.clone().unwrap_or_default();
        let free = |field: &str| !origin.edited.iter().any(|edited| edited == field);
        if free("kind") && free("container") {
            (stream.kind, stream.container) = kind(entry);
        }
        if free("categories") {
            stream.categories = self.categories(stream.kind, &entry.group).await?;
        }
        if free("name") {
            stream.name.clone_from(&entry.name);
        }
        if free("icon") {
            stream.icon.clone_from(&entry.logo);
        }
        if free("sources") {
            let mut source = Source::from(entry.url.as_str());
            // Viewers who are redirected send headers of their own.
            if stream.delivery != Delivery::Redirect {
                source.headers.clone_from(&entry.headers);
            }
            stream.sources = vec![source];
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
            seen.seen_at = self.chunk.began;
            stream.origin = Some(seen);
        }
        Ok(stream)
    }

    /// The categories of a group title, in its order: `News;Local` are two.
    async fn categories(&mut self, stream: StreamKind, title: &str) -> Result<Vec<CategoryId>> {
        let kind = match stream {
            StreamKind::Movie => CategoryKind::Movie,
            StreamKind::Radio => CategoryKind::Radio,
            _ => CategoryKind::Live,
        };
        let key = (kind, title.to_owned());
        if let Some(known) = self.categories.get(&key) {
            return Ok(known.clone());
        }
        let mut categories = Vec::new();
        for name in title.split(';') {
            if let Some(id) = category(self.work, kind, name).await?
                && !categories.contains(&id)
            {
                categories.push(id);
            }
        }
        self.categories.insert(key, categories.clone());
        Ok(categories)
    }
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

/// The category of this name; none for an empty one.
async fn category(work: &mut Work, kind: CategoryKind, title: &str) -> Result<Option<CategoryId>> {
    let name: String = title.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    if name.is_empty() {
        return Ok(None);
    }
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
