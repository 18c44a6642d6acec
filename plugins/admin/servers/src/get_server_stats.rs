//! How busy the server is.

use crate::parameters::GetServerStats;
use crate::server_row::span;
use linecard_sdk::json::Tenths;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Stats {
    server_id: u32,
    cpu_usage: Tenths,
    mem_usage: Tenths,
    disk_usage: Tenths,
    uptime: String,
    active_connections: u32,
    total_streams: u32,
    online_users: u32,
    bytes_sent_s: u64,
    bytes_received_s: u64,
}

pub(crate) fn get_server_stats(_: Call<GetServerStats>) -> Result<Reply, Refusal> {
    let (about, load) = (node::about()?, node::load()?);
    reply::data(&Stats {
        server_id: about.id,
        cpu_usage: Tenths(load.cpu),
        mem_usage: Tenths(load.memory),
        disk_usage: Tenths(load.disk),
        uptime: span(load.seconds),
        active_connections: about.connections,
        total_streams: about.channels,
        online_users: about.lines,
        bytes_sent_s: load.sent,
        bytes_received_s: load.received,
    })
}
