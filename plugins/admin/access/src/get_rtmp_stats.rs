//! `get_rtmp_stats`: in the form that scripts for such panels read, the statistics of an RTMP server as JSON, with its numbers
//! as texts.

use crate::parameters::GetRtmpStats;
use linecard_sdk::records::{self, Query, RtmpAddress};
use linecard_sdk::{Call, Refusal, Reply, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Stats {
    enabled: u8,
    port: u16,
    push_ips: usize,
    pull_ips: usize,
    publishers: u32,
    naccepted: &'static str,
    bw_in: &'static str,
    bytes_in: &'static str,
    bw_out: &'static str,
    bytes_out: &'static str,
    server: Server,
}

#[derive(Serialize)]
struct Server {
    application: Application,
}

#[derive(Serialize)]
struct Application {
    name: &'static str,
    live: Live,
}

#[derive(Serialize)]
struct Live {
    nclients: &'static str,
    stream: [(); 0],
}

/// Nobody comes in where there is no door.
const NONE: &str = "0";

pub(crate) fn get_rtmp_stats(_: Call<GetRtmpStats>) -> Result<Reply, Refusal> {
    let (mut push_ips, mut pull_ips) = (0, 0);
    let mut query = Query::page(0, Query::MOST, None);
    loop {
        let page = records::list::<RtmpAddress>(&query)?.read()?;
        push_ips += page.rows.iter().filter(|allowed| allowed.push).count();
        pull_ips += page.rows.iter().filter(|allowed| allowed.pull).count();
        query.after = page.cursor;
        if query.after.is_none() {
            break;
        }
    }
    reply::data(&Stats {
        enabled: 0,
        port: 0,
        push_ips,
        pull_ips,
        publishers: 0,
        naccepted: NONE,
        bw_in: NONE,
        bytes_in: NONE,
        bw_out: NONE,
        bytes_out: NONE,
        server: Server { application: Application { name: "live", live: Live { nclients: NONE, stream: [] } } },
    })
}
