//! `vod/start`: starts movies and episodes.

use crate::parameters::VodStart;
use crate::running::run;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn vod_start(call: Call<VodStart>) -> Result<Reply, Refusal> {
    run("start", call.parameters.stream_ids, call.parameters.servers)
}
