//! The server's own process and its children.

use crate::parameters::GetPids;
use linecard_sdk::json::Tenths;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Row {
    pid: u32,
    name: String,
    is_main: u8,
    cpu_usage: Tenths,
    mem_bytes: u64,
    uptime_s: u64,
}

pub(crate) fn get_pids(_: Call<GetPids>) -> Result<Reply, Refusal> {
    let rows = node::processes()?.into_iter().map(|process| Row {
        pid: process.pid,
        name: process.name,
        is_main: process.own.into(),
        cpu_usage: Tenths(process.cpu),
        mem_bytes: process.memory,
        uptime_s: process.seconds,
    });
    let rows: Vec<Row> = rows.collect();
    let count = rows.len() as u32;
    reply::list(&rows, count, count)
}
