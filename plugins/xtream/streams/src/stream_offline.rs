//! `stream/offline`: streams that should run and do not.

use crate::parameters::StreamOffline;
use crate::running::streams_that_are;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn stream_offline(_: Call<StreamOffline>) -> Result<Reply, Refusal> {
    streams_that_are("down")
}
