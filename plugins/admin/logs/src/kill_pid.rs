//! Ends a process that makes a stream.

use crate::parameters::KillPid;
use linecard_sdk::{Call, Refusal, Reply, connections, reply};

pub(crate) fn kill_pid(call: Call<KillPid>) -> Result<Reply, Refusal> {
    connections::end_process(call.parameters.pid)?;
    reply::done()
}
