//! `create_stream`: a new stream, added to the end of bouquets.
//! Knows nothing of delivery: whether a source can be played, the host says.

use crate::parameters::CreateStream;
use crate::stream_row::{self, document};
use linecard_sdk::records::{self, Document, Stream};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn create_stream(call: Call<CreateStream>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish)
        .with("name", Some(wish.stream_display_name))
        .with("kind", Some(stream_row::kind(&wish.stream_type)));
    let stream = records::create::<Stream>(&document)?;
    stream_row::add_to(stream.id()?, wish.bouquets)?;
    reply::held(stream)
}
