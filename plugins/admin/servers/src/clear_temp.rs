//! Removes temporary files that nothing holds.

use crate::parameters::ClearTemp;
use crate::reload_cache::freed;
use linecard_sdk::node::Clearing;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn clear_temp(_: Call<ClearTemp>) -> Result<Reply, Refusal> {
    freed(Clearing::Temporary)
}
