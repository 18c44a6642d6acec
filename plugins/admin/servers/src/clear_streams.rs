//! Drops what is kept of running channels; they go on and fill it again.

use crate::parameters::ClearStreams;
use crate::reload_cache::freed;
use linecard_sdk::node::Clearing;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn clear_streams(_: Call<ClearStreams>) -> Result<Reply, Refusal> {
    freed(Clearing::Segments)
}
