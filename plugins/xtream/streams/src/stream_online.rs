//! `stream/online`: streams that run.

use crate::parameters::StreamOnline;
use crate::running::streams_that_are;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn stream_online(_: Call<StreamOnline>) -> Result<Reply, Refusal> {
    streams_that_are("playing")
}
