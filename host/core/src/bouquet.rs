//! A bouquet: an ordered set of streams and series. Its members are kept beside it, because a
//! bouquet may hold hundreds of thousands.

use crate::Refusal;
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::time::Unix;
use crate::{BouquetId, SeriesId, StreamId, Version};
use serde::{Deserialize, Serialize};

/// A set of streams and series. Serialises to the `bouquet` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Bouquet {
    /// Its id.
    pub id: BouquetId,
    /// How often it has changed; membership counts as a change.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the tenant.
    pub name: String,
    /// Place among the bouquets; ties by id.
    pub position: i32,
}

impl Default for Bouquet {
    fn default() -> Bouquet {
        Bouquet { id: BouquetId(0), version: Version(0), name: String::new(), position: 0 }
    }
}

/// Something a bouquet can hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Member {
    /// A stream that is not an episode.
    Stream(StreamId),
    /// A series with all its episodes.
    Series(SeriesId),
}

/// Where members are put among those that a bouquet has: `"first"`, `"last"`,
/// `{"before":{"stream":7}}` or `{"after":{"series":3}}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spot {
    /// Before all others.
    First,
    /// Behind all others.
    #[default]
    Last,
    /// Right before this one.
    Before(Member),
    /// Right behind this one.
    After(Member),
}

impl Spot {
    /// The member that it is next to.
    pub fn anchor(self) -> Option<Member> {
        match self {
            Spot::First | Spot::Last => None,
            Spot::Before(member) | Spot::After(member) => Some(member),
        }
    }

    /// Puts `members` here in a list that has none of them; at its end when the anchor is not there.
    pub fn put(self, list: &mut Vec<Member>, members: &[Member]) {
        let beside = |anchor: Member| list.iter().position(|member| *member == anchor);
        let at = match self {
            Spot::First => Some(0),
            Spot::Last => None,
            Spot::Before(anchor) => beside(anchor),
            Spot::After(anchor) => beside(anchor).map(|at| at + 1),
        };
        let at = at.unwrap_or(list.len());
        list.splice(at..at, members.iter().copied());
    }
}

impl Record for Bouquet {
    // Its members and their counts are kept beside its row.
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "name": Read Write, "position": Read Write, "members": Hidden Write, "counts": Hidden Read,
    };
    const RESELLERS: Reading = Reading::Lists;

    fn blank(id: u32, _now: Unix) -> Option<Bouquet> {
        Some(Bouquet { id: BouquetId(id), ..Bouquet::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        check_name(&self.name, "bouquet")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_put_where_the_spot_says() {
        let stream = |id| Member::Stream(StreamId(id));
        let put = |spot: Spot| {
            let mut list = vec![stream(1), stream(2)];
            spot.put(&mut list, &[stream(8), stream(9)]);
            list.iter().map(|member| if let Member::Stream(id) = member { id.0 } else { 0 }).collect::<Vec<_>>()
        };
        assert_eq!(put(Spot::First), [8, 9, 1, 2]);
        assert_eq!(put(Spot::Last), [1, 2, 8, 9]);
        assert_eq!(put(Spot::Before(stream(2))), [1, 8, 9, 2]);
        assert_eq!(put(Spot::After(stream(1))), [1, 8, 9, 2]);
    }

    #[test]
    fn a_spot_reads_as_it_is_documented() {
        let spot = |text: &str| serde_json::from_str::<Spot>(text).unwrap();
        assert_eq!(spot(r#""first""#), Spot::First);
        assert_eq!(spot(r#"{"before":{"stream":7}}"#), Spot::Before(Member::Stream(StreamId(7))));
    }
}
