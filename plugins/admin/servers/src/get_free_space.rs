//! Room on the disks that the server uses.

use crate::parameters::GetFreeSpace;
use linecard_sdk::json::Tenths;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Row {
    name: String,
    total_bytes: u64,
    free_bytes: u64,
    used_bytes: u64,
    used_percent: Tenths,
}

pub(crate) fn get_free_space(_: Call<GetFreeSpace>) -> Result<Reply, Refusal> {
    let rows = node::spaces()?.into_iter().map(|space| {
        let used = space.total.saturating_sub(space.free);
        let percent = if space.total == 0 { 0.0 } else { used as f64 * 100.0 / space.total as f64 };
        Row {
            name: space.name,
            total_bytes: space.total,
            free_bytes: space.free,
            used_bytes: used,
            used_percent: Tenths(percent),
        }
    });
    let rows: Vec<Row> = rows.collect();
    let count = rows.len() as u32;
    reply::list(&rows, count, count)
}
