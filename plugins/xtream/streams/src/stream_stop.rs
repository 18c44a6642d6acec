//! `stream/stop`: stops streams.

use crate::parameters::StreamStop;
use crate::running::run;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn stream_stop(call: Call<StreamStop>) -> Result<Reply, Refusal> {
    run("stop", call.parameters.stream_ids, call.parameters.servers)
}
