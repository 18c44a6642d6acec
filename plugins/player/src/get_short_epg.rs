//! `get_short_epg`: what runs now and next on a channel, or on several.

use crate::epg_row::EpgRow;
use crate::parameters::GetShortEpg;
use crate::room::Room;
use linecard_sdk::time::Zone;
use linecard_sdk::{Call, Refusal, Reply, base, guide, lines, reply};
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

/// Programmes of one answer, over all channels, and MiB of their texts.
const MOST: (usize, usize) = (2_000, 2);

pub(crate) fn get_short_epg(call: Call<GetShortEpg>) -> Result<Reply, Refusal> {
    let now = base::now();
    let wish = call.parameters;
    let zone = lines::mine()?.server.zone();
    let mut room = Room::new(MOST.0, MOST.1);
    let mut rows = |stream| now_and_next(stream, now, wish.limit, &zone, &mut room);
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

fn now_and_next(stream: u32, now: u32, limit: u32, zone: &Zone, room: &mut Room) -> Result<Vec<EpgRow>, Refusal> {
    let schedule = guide::programmes(stream, now, u32::MAX, limit.min(room.limit()))?;
    room.take(&schedule)?;
    Ok(schedule.programmes.into_iter().map(|programme| EpgRow::new(programme, zone)).collect())
}
