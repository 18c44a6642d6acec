//! `vod/stop`: stops movies and episodes.

use crate::parameters::VodStop;
use crate::running::run;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn vod_stop(call: Call<VodStop>) -> Result<Reply, Refusal> {
    run("stop", call.parameters.stream_ids, call.parameters.servers)
}
