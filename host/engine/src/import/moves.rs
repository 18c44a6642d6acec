//! Which streams of a source are in the file under another address. The whole file is looked at before anything
//! is written; what is kept are digests of what the source has already, so that a file of any size costs no more.

use super::Entry;
use super::job::Running;
use crate::Result;
use host_core::StreamId;
use host_core::import::PlaylistEntry;
use host_core::plan::Database;
use host_core::port::Filter;
use host_core::stream::{Origin, Stream};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// How to treat an entry whose URL the source has not seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// One that was not there before.
    New,
    /// This stream, under another address.
    Of(StreamId),
    /// Perhaps a stream that is there: the file breaks off before that can be known.
    Unknown,
}

/// The streams that moved, by the digest of `tvg-id` and name.
#[derive(Default)]
pub(super) struct Moves {
    key: Key,
    streams: HashMap<u64, StreamId>,
    broken: bool,
    /// Every address that the source has, or that an entry so far had.
    addresses: HashSet<u64>,
    /// The streams that the source had before the import.
    pub(super) before: Vec<StreamId>,
}

impl Moves {
    /// Reads the entries, where the source has streams already: only then one can have moved.
    pub(super) async fn find(
        running: &Running,
        source: &str,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Moves> {
        let mut stored = Stored::default();
        let database = Database::Tenant(running.caller.tenant);
        let add = |stream: Stream| {
            if let Some(origin) = &stream.origin {
                stored.add(stream.id, origin);
            }
        };
        running.engine.each_row(database, vec![Filter::ImportedFrom(source.to_owned())], add).await?;
        if stored.names.is_empty() {
            return Ok(Moves::default());
        }
        let (addresses, before) = (stored.addresses.keys().copied().collect(), std::mem::take(&mut stored.streams));
        Ok(Moves { addresses, before, ..stored.compare(entries) })
    }

    /// Whether the source, or an entry before this one, may have the address; it has it from now
    /// on. False is certain, because a source has one import at a time and nothing else gives a
    /// stream its address in a source.
    pub(super) fn may_have(&mut self, url: &str) -> bool {
        !self.addresses.insert(self.key.address(url))
    }

    /// How to treat an entry whose address the source does not have.
    pub(super) fn of(&self, entry: &PlaylistEntry) -> Move {
        match self.streams.get(&self.key.name(&entry.tvg_id, &entry.name)) {
            None => Move::New,
            Some(_) if self.broken => Move::Unknown,
            Some(stream) => Move::Of(*stream),
        }
    }
}

/// Digests are keyed by chance, so that nobody can aim at a collision.
#[derive(Default)]
struct Key(RandomState);

impl Key {
    fn address(&self, url: &str) -> u64 {
        self.0.hash_one(url)
    }

    fn name(&self, tvg_id: &str, name: &str) -> u64 {
        self.0.hash_one((tvg_id, name))
    }
}

/// What the source has.
#[derive(Default)]
struct Stored {
    key: Key,
    /// Of each address the digest of the name.
    addresses: HashMap<u64, u64>,
    names: HashMap<u64, Named>,
    streams: Vec<StreamId>,
}

/// What there is of one `tvg-id` and name.
struct Named {
    stream: StreamId,
    /// No other stream of the source has them.
    alone: bool,
    /// Entries of the file that have them, as far as one matters.
    entries: u8,
}

impl Stored {
    fn add(&mut self, stream: StreamId, origin: &Origin) {
        let name = self.key.name(&origin.tvg_id, &origin.name);
        self.addresses.insert(self.key.address(&origin.url), name);
        self.streams.push(stream);
        let named = self.names.entry(name).or_insert(Named { stream, alone: true, entries: 0 });
        named.alone &= named.stream == stream;
    }

    fn compare(mut self, entries: impl IntoIterator<Item = Entry>) -> Moves {
        let mut broken = false;
        for entry in entries {
            match entry {
                Ok(Ok(entry)) => self.meet(&entry),
                Ok(Err(_)) => {}
                Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        let is_moved = |named: &Named| named.alone && named.entries > 0 && (named.entries == 1 || broken);
        let moved = self.names.into_iter().filter(|(_, named)| is_moved(named));
        let streams = moved.map(|(name, named)| (name, named.stream)).collect();
        Moves { key: self.key, streams, broken, ..Moves::default() }
    }

    fn meet(&mut self, entry: &PlaylistEntry) {
        if let Some(named) = self.names.get_mut(&self.key.name(&entry.tvg_id, &entry.name)) {
            named.entries = named.entries.saturating_add(1);
        }
        // A stream whose address is in the file has not moved, whatever the entry is called.
        if let Some(stays) = self.addresses.remove(&self.key.address(&entry.url)) {
            self.names.remove(&stays);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::import::{ImportError, LeftOut, Skipped};

    /// An address, a `tvg-id` and a name.
    type Line = (&'static str, &'static str, &'static str);

    fn entry((url, tvg_id, name): Line) -> PlaylistEntry {
        PlaylistEntry { url: url.into(), tvg_id: tvg_id.into(), name: name.into(), ..PlaylistEntry::default() }
    }

    /// What the first entry of the file is, with streams 1, 2, … in the source.
    fn first(source: &[Line], file: &[Line], broken: bool) -> Move {
        let mut stored = Stored::default();
        for (id, line) in (1..).zip(source) {
            let PlaylistEntry { url, tvg_id, name, .. } = entry(*line);
            stored.add(StreamId(id), &Origin { url, tvg_id, name, ..Origin::default() });
        }
        let end = if broken {
            Err(ImportError::Io("gone".into()))
        } else {
            Ok(Err(LeftOut { line: 1, name: String::new(), reason: Skipped::NoUrl }))
        };
        let moves = stored.compare(file.iter().map(|line| Ok(Ok(entry(*line)))).chain([end]));
        moves.of(&entry(file[0]))
    }

    fn whole(source: &[Line], file: &[Line]) -> Move {
        first(source, file, false)
    }

    #[test]
    fn one_stream_and_one_entry_of_a_name_are_the_same() {
        assert_eq!(whole(&[("a", "x", "X")], &[("b", "x", "X")]), Move::Of(StreamId(1)));
        assert_eq!(whole(&[("a", "", "X")], &[("b", "", "X")]), Move::Of(StreamId(1)), "neither has an id");
        for (source, file) in [
            ([("a", "x", "X")].as_slice(), [("b", "y", "X")].as_slice()),
            (&[("a", "x", "X")], &[("b", "x", "Y")]),
            (&[("a", "x", "X")], &[("b", "", "X")]),
            (&[("a", "", "X")], &[("b", "x", "X")]),
            (&[("a", "ab", "c")], &[("b", "a", "bc")]),
        ] {
            assert_eq!(whole(source, file), Move::New, "{source:?} and {file:?}");
        }
    }

    #[test]
    fn two_streams_or_two_entries_of_a_name_are_not_guessed_at() {
        let one = ("a", "x", "X");
        assert_eq!(whole(&[one, ("c", "x", "X")], &[("b", "x", "X")]), Move::New);
        assert_eq!(whole(&[one, ("c", "x", "X")], &[("b", "x", "X"), one]), Move::New, "one of them stays");
        assert_eq!(whole(&[one], &[("b", "x", "X"), ("d", "x", "X")]), Move::New);
    }

    #[test]
    fn a_stream_whose_address_comes_anywhere_in_the_file_is_not_taken() {
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "X"), ("a", "x", "X")], false), Move::New);
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "X"), ("a", "y", "Y")], false), Move::New);
        let stays = [("a", "x", "X"), ("c", "x", "Z")];
        assert_eq!(first(&stays, &[("b", "x", "X"), ("c", "x", "Z")], false), Move::Of(StreamId(1)), "another stays");
    }

    #[test]
    fn of_a_file_that_breaks_off_nothing_is_taken() {
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "X")], true), Move::Unknown);
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "X"), ("c", "x", "X")], true), Move::Unknown);
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "Y")], true), Move::New);
        assert_eq!(first(&[("a", "x", "X")], &[("b", "x", "X"), ("a", "x", "X")], true), Move::New);
    }
}
