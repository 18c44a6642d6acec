//! `stream/start`: starts streams.

use crate::parameters::StreamStart;
use crate::running::run;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn stream_start(call: Call<StreamStart>) -> Result<Reply, Refusal> {
    run("start", call.parameters.stream_ids, call.parameters.servers)
}
