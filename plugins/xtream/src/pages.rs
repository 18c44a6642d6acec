//! Lists that are read whole, a page at a time.

use linecard_sdk::records::{self, Page, Query, Record};
use linecard_sdk::serde::Deserialize;
use linecard_sdk::{Held, Refusal};

/// Everything that is played and no movie.
const KINDS: [&str; 4] = ["live", "created_channel", "radio", "episode"];

/// Hands each row of a list on, in order.
pub(crate) fn each<T>(
    query: Query,
    list: impl Fn(&Query) -> Result<Held<Page<T>>, Refusal>,
    mut take: impl FnMut(T) -> Result<(), Refusal>,
) -> Result<(), Refusal>
where
    T: for<'de> Deserialize<'de>,
{
    let mut query = Query { limit: Query::MOST, ..query };
    loop {
        let page = list(&query)?.read()?;
        for row in page.rows {
            take(row)?;
        }
        match page.cursor {
            Some(cursor) => query.after = Some(cursor),
            None => return Ok(()),
        }
    }
}

/// Likewise each stream but movies, of which `fields` are read.
pub(crate) fn each_stream<T: Record>(
    fields: &[&'static str],
    take: impl FnMut(T) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    each(Query { kinds: KINDS.into(), fields: fields.to_vec(), ..Query::default() }, records::list::<T>, take)
}
