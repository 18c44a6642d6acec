//! `get_stream`: one stream.
//! Knows no field: the row writes them.

use crate::parameters::GetStream;
use crate::stream_row::StreamRow;
use linecard_sdk::records::{self, Stream};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_stream(call: Call<GetStream>) -> Result<Reply, Refusal> {
    let stream: Stream = records::get(call.parameters.id)?;
    reply::data(&StreamRow::from(stream))
}
