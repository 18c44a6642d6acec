//! Ends one viewer's connection.

use crate::parameters::KillConnection;
use linecard_sdk::{Call, Refusal, Reply, connections, reply};

pub(crate) fn kill_connection(call: Call<KillConnection>) -> Result<Reply, Refusal> {
    connections::end(&call.parameters.activity_id)?;
    reply::done()
}
