//! `flush_blocked_ips`: lets every blocked address in again.

use crate::parameters::FlushBlockedIps;
use linecard_sdk::records::{self, BlockedAddress, Query};
use linecard_sdk::{Call, Refusal, Reply, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Flushed {
    removed: usize,
}

pub(crate) fn flush_blocked_ips(_call: Call<FlushBlockedIps>) -> Result<Reply, Refusal> {
    let mut query = Query::page(0, Query::MOST, None);
    let mut removed = 0;
    loop {
        let page = records::list::<BlockedAddress>(&query)?.read()?;
        for blocked in &page.rows {
            records::delete::<BlockedAddress>(blocked.id)?;
        }
        removed += page.rows.len();
        query.after = page.cursor;
        if query.after.is_none() {
            return reply::data(&Flushed { removed });
        }
    }
}
