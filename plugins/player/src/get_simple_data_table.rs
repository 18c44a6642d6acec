//! `get_simple_data_table`: the whole guide of a channel, past included.

use crate::epg_row::EpgRow;
use crate::parameters::GetSimpleDataTable;
use linecard_sdk::{Call, Refusal, Reply, guide, lines, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Document {
    epg_listings: Vec<EpgRow>,
}

pub(crate) fn get_simple_data_table(call: Call<GetSimpleDataTable>) -> Result<Reply, Refusal> {
    let now = call.now();
    let Some(stream) = call.parameters.stream_id else { return reply::data(&Document { epg_listings: Vec::new() }) };
    let zone = lines::mine()?.server.zone();
    let schedule = guide::programmes(stream, 0, u32::MAX, 0)?;
    let days = schedule.archive_days;
    let rows = schedule.programmes.into_iter();
    let epg_listings = rows.map(|programme| EpgRow::of_table(programme, &zone, now, days)).collect();
    reply::data(&Document { epg_listings })
}
