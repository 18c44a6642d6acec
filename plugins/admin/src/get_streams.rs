//! `get_streams`: a page of streams.
//! Knows no field: the host writes them.

use crate::parameters::GetStreams;
use crate::stream_row;
use linecard_sdk::records::{self, Query, Stream};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_streams(call: Call<GetStreams>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let query = Query {
        kinds: vec![stream_row::kind(&wish.stream_type)],
        category: wish.category,
        ..Query::page(wish.start, wish.limit, wish.search)
    };
    reply::held(records::list::<Stream>(&query)?)
}
