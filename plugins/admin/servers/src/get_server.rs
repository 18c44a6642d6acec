//! One server, by its number.

use crate::parameters::GetServer;
use crate::server_row::ServerRow;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

pub(crate) fn get_server(_: Call<GetServer>) -> Result<Reply, Refusal> {
    reply::data(&ServerRow::from(node::about()?))
}
