//! Lists the servers: the one that there is.

use crate::parameters::GetServers;
use crate::server_row::ServerRow;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

pub(crate) fn get_servers(call: Call<GetServers>) -> Result<Reply, Refusal> {
    let row = ServerRow::from(node::about()?);
    let searched = call.parameters.search.unwrap_or_default().to_lowercase();
    let matches = row.server_name.to_lowercase().contains(&searched);
    let rows: Vec<_> = [row].into_iter().filter(|_| matches).skip(call.parameters.start as usize).collect();
    reply::list(&rows, 1, matches.into())
}
