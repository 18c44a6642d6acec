//! The one server cannot be deleted.

use crate::parameters::DeleteServer;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn delete_server(_: Call<DeleteServer>) -> Result<Reply, Refusal> {
    Err(Refusal::new("in_use", "The only server serves the panel, and cannot be deleted."))
}
