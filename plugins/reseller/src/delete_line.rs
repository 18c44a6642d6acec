//! `delete_line`: deletes a line and ends its connections.
//! Knows no right: the host refuses whom it must.

use crate::parameters::DeleteLine;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn delete_line(call: Call<DeleteLine>) -> Result<Reply, Refusal> {
    lines::delete(call.parameters.id)?;
    reply::done()
}
