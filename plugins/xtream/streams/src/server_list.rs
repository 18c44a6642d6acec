//! `server/list`: the one server, and how busy it is.

use crate::parameters::ServerList;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Server {
    id: u32,
    server_name: String,
    online: bool,
    info: Info,
}

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Info {
    cpu: String,
    ram: String,
    disk: String,
    uptime: u64,
    bytes_sent: u64,
    bytes_received: u64,
    open_connections: u32,
}

pub(crate) fn server_list(_: Call<ServerList>) -> Result<Reply, Refusal> {
    let (about, load) = (node::about()?, node::load()?);
    let info = Info {
        cpu: format!("{:.1}", load.cpu),
        ram: format!("{:.1}", load.memory),
        disk: format!("{:.1}", load.disk),
        uptime: load.seconds,
        bytes_sent: load.sent,
        bytes_received: load.received,
        open_connections: about.connections,
    };
    reply::data(&[Server { id: about.id, server_name: about.name, online: true, info }])
}
