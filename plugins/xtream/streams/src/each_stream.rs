//! Reads all streams but movies.

use linecard_sdk::Refusal;
use linecard_sdk::records::{self, Query, Record};

/// Everything that is played and no movie.
const KINDS: [&str; 4] = ["live", "created_channel", "radio", "episode"];

/// Hands each of them on, in order, of which `fields` are read.
pub(crate) fn each_stream<T: Record>(
    fields: &[&'static str],
    take: impl FnMut(T) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let query = Query { kinds: KINDS.into(), fields: fields.to_vec(), ..Query::default() };
    records::each(query, records::list::<T>, take)
}
