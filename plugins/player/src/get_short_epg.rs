//! `get_short_epg`: what runs now and next on a channel, or on several.
//! Knows no field: `epg_row` writes them.

use crate::epg_row::EpgRow;
use crate::parameters::GetShortEpg;
use linecard_sdk::time::Zone;
use linecard_sdk::{Call, Refusal, Reply, guide, lines, reply};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document {
    epg_listings: Listings,
}

/// One channel's rows, or those of several by channel.
#[derive(Serialize)]
#[serde(untagged)]
enum Listings {
    One(Vec<EpgRow>),
    Several(BTreeMap<u32, Vec<EpgRow>>),
}

pub(crate) fn get_short_epg(call: Call<GetShortEpg>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let zone = lines::mine()?.server.zone();
    let rows = |stream| now_and_next(stream, call.request.now, wish.limit, &zone);
    let epg_listings = match wish.stream_id.as_slice() {
        [] => Listings::One(Vec::new()),
        [stream] if !wish.multi => Listings::One(rows(*stream)?),
        streams => {
            let channels = streams.iter().map(|stream| Ok((*stream, rows(*stream)?)));
            Listings::Several(channels.collect::<Result<_, Refusal>>()?)
        }
    };
    reply::data(&Document { epg_listings })
}

fn now_and_next(stream: u32, now: i64, limit: u32, zone: &Zone) -> Result<Vec<EpgRow>, Refusal> {
    let now = u32::try_from(now).unwrap_or(0);
    let schedule = guide::programmes(stream, now, u32::MAX, limit)?;
    Ok(schedule.programmes.into_iter().map(|programme| EpgRow::new(programme, zone)).collect())
}
