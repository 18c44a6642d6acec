//! `get_stream`: one stream.
//! Knows no field: the host writes them.

use crate::parameters::GetStream;
use linecard_sdk::records::{self, Stream};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_stream(call: Call<GetStream>) -> Result<Reply, Refusal> {
    reply::held(records::get::<Stream>(call.parameters.id)?)
}
