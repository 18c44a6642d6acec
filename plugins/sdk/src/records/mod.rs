//! Plain configuration as documents: groups, packages, bouquets, streams, settings. Field names are the host's, not a
//! surface's; the host checks every field.

use crate::bindings::linecard::records::records as host;
use crate::{Held, Refusal, read, written};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod kinds;

pub use kinds::{
    BlockedAddress, Bouquet, Group, GuideSource, Member, MembersChange, Offer, Package, RtmpAddress, Settings, Spot,
    Stream, Term, Trials,
};

/// A kind of record with the type of its document.
pub trait Record: DeserializeOwned {
    /// The kind's word in grants and messages.
    const KIND: &'static str;
}

macro_rules! records {
    ($($type:ident $word:literal),* $(,)?) => {
        $(impl Record for $type { const KIND: &'static str = $word; })*
    };
}

records! { BlockedAddress "blocked_address", Group "group", Package "package", Bouquet "bouquet", Stream "stream", Settings "settings", GuideSource "guide_source", RtmpAddress "rtmp_address" }

/// Fields to set: those that are there.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Document(Map<String, Value>);

impl Document {
    /// No fields.
    pub fn new() -> Document {
        Document::default()
    }

    /// With this field, when there is a value for it.
    #[must_use]
    #[inline(never)]
    pub fn with(mut self, field: &str, value: Option<impl Serialize>) -> Document {
        if let Some(value) = value.and_then(|value| serde_json::to_value(value).ok()) {
            self.0.insert(field.into(), value);
        }
        self
    }
}

/// Which rows of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Query {
    /// Rows to leave out at the beginning.
    pub start: u32,
    /// The cursor of the page that this one comes after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Most rows; at most 1,000.
    pub limit: u32,
    /// Text that rows contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Of lines: `active`, `disabled`, `banned`, `expired` or `trial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<&'static str>,
    /// Of lines: what they are delivered to, `line` otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<&'static str>,
    /// Of lines: whether the rows have what was last seen of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub seen: bool,
    /// The fields that the rows have besides their id; all where none are named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<&'static str>,
    /// Of streams: their kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<&'static str>,
    /// Of streams: their category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<u32>,
}

impl Query {
    /// Most rows of a page, whatever was asked for.
    pub const MOST: u32 = 1_000;

    /// A page as panel surfaces ask for it.
    pub fn page(start: u32, limit: u32, search: Option<String>) -> Query {
        Query { start, limit: limit.min(Query::MOST), search, ..Query::default() }
    }
}

/// Rows of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many are in the caller's scope; none on pages that come after another.
    pub total: Option<u32>,
    /// How many of them match; likewise.
    pub matching: Option<u32>,
    /// What the next page comes after; none behind the last one.
    pub cursor: Option<String>,
}

/// Hands each row of a list on, in order: the list is read a page at a time, as `list` reads one.
///
/// # Errors
/// Those of `list` and of `take`; nothing is read after one.
pub fn each<T: for<'de> Deserialize<'de>>(
    query: Query,
    list: impl Fn(&Query) -> Result<Held<Page<T>>, Refusal>,
    mut take: impl FnMut(T) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut query = Query { limit: Query::MOST, ..query };
    loop {
        let page = list(&query)?.read()?;
        for row in page.rows {
            take(row)?;
        }
        match page.cursor {
            Some(cursor) => (query.start, query.after) = (0, Some(cursor)),
            None => return Ok(()),
        }
    }
}

/// One record.
pub fn get<T: Record>(id: u32) -> Result<Held<T>, Refusal> {
    Ok(Held::new(host::get(T::KIND, id)?))
}

/// A page of records.
pub fn list<T: Record>(query: &Query) -> Result<Held<Page<T>>, Refusal> {
    Ok(Held::new(host::list(T::KIND, &written(query))?))
}

/// Creates a record; returns all of it.
pub fn create<T: Record>(document: &Document) -> Result<Held<T>, Refusal> {
    Ok(Held::new(host::create(T::KIND, &written(document))?))
}

/// Sets the fields that are there; returns all of the record.
pub fn edit<T: Record>(id: u32, document: &Document) -> Result<Held<T>, Refusal> {
    Ok(Held::new(host::edit(T::KIND, id, &written(document))?))
}

/// Deletes a record that nothing uses.
pub fn delete<T: Record>(id: u32) -> Result<(), Refusal> {
    Ok(host::delete(T::KIND, id)?)
}

/// Members of a bouquet, and how many it has of each kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MembersPage {
    /// The members, in order.
    pub rows: Vec<Member>,
    /// How much there is of each kind.
    pub counts: std::collections::BTreeMap<String, u32>,
}

/// Up to 1,000 members of a bouquet, behind one of them or from the first.
pub fn members(bouquet: u32, after: Option<Member>, limit: u32) -> Result<MembersPage, Refusal> {
    read(&host::members(bouquet, &written(&Document::new().with("after", after).with("limit", Some(limit))))?)
}

/// Edits a bouquet's members; returns the bouquet.
pub fn edit_members(bouquet: u32, change: &MembersChange) -> Result<Held<Bouquet>, Refusal> {
    Ok(Held::new(host::edit_members(bouquet, &written(change))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_only_what_was_sent() {
        let document = Document::new().with("name", Some("gold")).with("notice", None::<String>);
        assert_eq!(written(&document), r#"{"name":"gold"}"#);
    }

    #[test]
    fn members_are_written_as_the_host_knows_them() {
        let members = [Member { kind: Some("movie".into()), ..Member::stream(7) }, Member::series(3)];
        assert_eq!(written(&members), r#"[{"stream":7},{"series":3}]"#);
    }
}
