//! Deletes an activation code, and says what becomes of what it cost.

use crate::parameters::DeleteActivecode;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn delete_activecode(call: Call<DeleteActivecode>) -> Result<Reply, Refusal> {
    lines::delete_code(call.parameters.id, call.parameters.refund)?;
    reply::done()
}
