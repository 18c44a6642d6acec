//! What the calling line may watch, in the order of its bouquets, as typed rows that borrow from
//! the host's answer.

use crate::bindings::linecard::catalogue::catalogue as host;
use crate::{Refusal, read};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Entries per piece: enough to make the call cheap, few enough to keep the guest small.
const PIECE: u32 = 256;

/// The lists of a catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Live channels, created channels and radio.
    Live,
    /// Movies.
    Movie,
    /// Series.
    Series,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            List::Live => "live",
            List::Movie => "movie",
            List::Series => "series",
        }
    }
}

/// A heading.
#[derive(Clone, Debug, Deserialize)]
pub struct Category {
    /// Its id; all lists of a tenant share one number space.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// `live`, `radio`, `movie` or `series`.
    #[serde(default)]
    pub kind: String,
}

/// What a stream is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// A channel from a source elsewhere.
    #[default]
    Live,
    /// A channel that loops a list of files.
    CreatedChannel,
    /// A movie.
    Movie,
    /// An episode of a series.
    Episode,
    /// A radio station.
    Radio,
}

/// What is known of a movie, episode or series. Empty text means unknown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Details<'a> {
    #[serde(borrow)]
    pub year: Cow<'a, str>,
    #[serde(borrow)]
    pub plot: Cow<'a, str>,
    #[serde(borrow)]
    pub cast: Cow<'a, str>,
    #[serde(borrow)]
    pub director: Cow<'a, str>,
    #[serde(borrow)]
    pub genre: Cow<'a, str>,
    /// `YYYY-MM-DD`.
    #[serde(borrow)]
    pub release_date: Cow<'a, str>,
    /// 0 to 10.
    pub rating: f32,
    /// Seconds.
    pub duration: u32,
    /// Address of a large picture.
    #[serde(borrow)]
    pub backdrop: Cow<'a, str>,
    /// Video id of a trailer.
    #[serde(borrow)]
    pub trailer: Cow<'a, str>,
    /// Number in the public movie database; 0 when unknown.
    pub tmdb: u32,
}

/// An episode's place in its series.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EpisodeOf {
    /// The series.
    pub series: u32,
    /// Season number, from 0 (specials).
    pub season: u16,
    /// Number in the season.
    pub number: u16,
}

/// A stream of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stream<'a> {
    /// Its id.
    pub id: u32,
    /// What it is.
    pub kind: StreamKind,
    /// Shown to viewers.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Categories; the first is the one it is listed under.
    pub categories: Vec<u32>,
    /// Name of the first category.
    #[serde(borrow)]
    pub category_name: Cow<'a, str>,
    /// Address of the logo or poster, may be empty.
    #[serde(borrow)]
    pub icon: Cow<'a, str>,
    /// The guide channel, may be empty.
    #[serde(borrow)]
    pub guide_channel: Cow<'a, str>,
    /// Days of catch-up; 0 is off.
    pub archive_days: u16,
    /// Service reference tail for Enigma2.
    #[serde(borrow)]
    pub custom_sid: Cow<'a, str>,
    /// Only for adults.
    pub adult: bool,
    /// File name ending of a movie or episode, may be empty.
    #[serde(borrow)]
    pub container: Cow<'a, str>,
    /// What is known of a movie or episode.
    #[serde(borrow)]
    pub details: Details<'a>,
    /// An episode's place.
    pub episode_of: Option<EpisodeOf>,
    /// When it was added, in unix seconds.
    pub added_at: i64,
}

/// A series of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Series<'a> {
    /// Its id.
    pub id: u32,
    /// Shown to viewers.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Categories; the first is the one it is listed under.
    pub categories: Vec<u32>,
    /// Name of the first category.
    #[serde(borrow)]
    pub category_name: Cow<'a, str>,
    /// Address of the cover, may be empty.
    #[serde(borrow)]
    pub cover: Cow<'a, str>,
    /// What is known of it.
    #[serde(borrow)]
    pub details: Details<'a>,
    /// When it or an episode last changed, in unix seconds.
    pub modified_at: i64,
}

/// Categories in which the line has something.
pub fn categories(list: List) -> Result<Vec<Category>, Refusal> {
    read(&host::categories(list.word())?)
}

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// The category; 0 is all.
    pub category: u32,
    /// Entries to leave out at the beginning.
    pub skip: u32,
    /// Most entries; 0 is all.
    pub most: u32,
}

/// An open list that is read piece by piece.
pub struct Pieces {
    left: u32,
}

/// Opens a list.
pub fn open(list: List, window: Window) -> Result<Pieces, Refusal> {
    host::open(list.word(), window.category)?;
    if window.skip > 0 {
        host::skip(window.skip)?;
    }
    Ok(Pieces { left: if window.most == 0 { u32::MAX } else { window.most } })
}

/// Opens one entry of a list, by the number of the stream or series, as a list of it alone: of nothing when the line does
/// not have it.
pub fn open_one(list: List, id: u32) -> Result<Pieces, Refusal> {
    host::open_one(list.word(), id)?;
    Ok(Pieces { left: u32::MAX })
}

/// Opens the list of all episodes of the line's series, in order.
pub fn open_episodes() -> Result<Pieces, Refusal> {
    host::open_episodes()?;
    Ok(Pieces { left: u32::MAX })
}

/// Opens the list of the episodes of one series: none of one that the line does not have.
pub fn open_episodes_of(series: u32) -> Result<Pieces, Refusal> {
    host::open_episodes_of(series)?;
    Ok(Pieces { left: u32::MAX })
}

impl Iterator for Pieces {
    type Item = Result<Piece, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let wanted = self.left.min(PIECE);
        if wanted == 0 {
            return None;
        }
        self.left -= wanted;
        match host::next(wanted) {
            Ok(piece) => (piece.len() > "[]".len()).then_some(Ok(Piece(piece))),
            Err(refusal) => {
                self.left = 0;
                Some(Err(refusal.into()))
            }
        }
    }
}

/// Some entries of a list, as the host wrote them.
pub struct Piece(String);

impl Piece {
    /// Shows every entry to `each`, in order. The row may be [`Stream`], [`Series`], or a type of
    /// the plugin with just the fields it needs, which is faster; rows may borrow.
    pub fn rows<'a, T: Deserialize<'a>>(&'a self, each: impl FnMut(T) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let mut reader = serde_json::Deserializer::from_str(&self.0);
        match reader.deserialize_seq(Rows { each, row: PhantomData }) {
            Ok(outcome) => outcome,
            Err(error) => crate::fault(&format!("The host's list is not what the plugin knows: {error}.")),
        }
    }
}

/// Reads rows one after the other, without keeping them.
struct Rows<F, T> {
    each: F,
    row: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T) -> Result<(), Refusal>> Visitor<'de> for Rows<F, T> {
    type Value = Result<(), Refusal>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut outcome = Ok(());
        // After a refusal the rest is still read, because a half-read list is an error of its own.
        while let Some(row) = rows.next_element()? {
            if outcome.is_ok() {
                outcome = (self.each)(row);
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shown_in_order_until_one_is_refused() {
        let piece = Piece(r#"[{"id":1,"name":"a\u00e9"},{"id":2,"name":"b"},{"id":3}]"#.into());
        let mut seen = Vec::new();
        let outcome = piece.rows(|stream: Stream<'_>| {
            seen.push((stream.id, stream.name.into_owned()));
            if stream.id == 2 { Err(Refusal::new("not_found", "Enough.")) } else { Ok(()) }
        });
        assert_eq!(seen, [(1, "a\u{e9}".to_owned()), (2, "b".to_owned())]);
        assert_eq!(outcome.unwrap_err().code, "not_found");
    }
}
