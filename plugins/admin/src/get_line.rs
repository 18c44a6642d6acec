//! `get_line`: one line of the panel.
//! Knows no scope: the host shows only what the caller may see.

use crate::parameters::GetLine;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn get_line(call: Call<GetLine>) -> Result<Reply, Refusal> {
    reply::held(lines::get(call.parameters.id)?)
}
