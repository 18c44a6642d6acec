//! `edit_stream`: changes what was sent.
//! Knows no rule: the host checks every field.

use crate::parameters::EditStream;
use crate::stream_row::{self, document};
use linecard_sdk::records::{self, Document, Stream};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn edit_stream(call: Call<EditStream>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish).with("name", wish.stream_display_name);
    let stream = records::edit::<Stream>(wish.id, &document)?;
    stream_row::add_to(wish.id, wish.bouquets)?;
    reply::held(stream)
}
