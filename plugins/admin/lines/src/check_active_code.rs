//! What an activation code is worth.

use crate::parameters::CheckActiveCode;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn check_active_code(call: Call<CheckActiveCode>) -> Result<Reply, Refusal> {
    reply::held(lines::check_code(&call.parameters.code)?)
}
