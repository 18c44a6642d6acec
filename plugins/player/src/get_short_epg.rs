//! `get_short_epg`: what runs now and next on a channel, or on several.

use crate::epg_row::EpgRow;
use crate::parameters::GetShortEpg;
use linecard_sdk::guide::Schedule;
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

/// Programmes of one answer, over all channels.
const MOST: usize = 2_000;
/// Bytes of their titles and descriptions.
const MOST_TEXT: usize = 2 << 20;

pub(crate) fn get_short_epg(call: Call<GetShortEpg>) -> Result<Reply, Refusal> {
    let now = base::now();
    let wish = call.parameters;
    let zone = lines::mine()?.server.zone();
    let mut room = Room { programmes: MOST, text: MOST_TEXT };
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

/// What still fits into the answer.
struct Room {
    programmes: usize,
    text: usize,
}

impl Room {
    fn take(&mut self, schedule: &Schedule) -> Result<(), Refusal> {
        let text = schedule.programmes.iter().map(|programme| programme.title.len() + programme.description.len());
        let left = (self.programmes.checked_sub(schedule.programmes.len()), self.text.checked_sub(text.sum()));
        let (Some(programmes), Some(text)) = left else {
            let message = format!(
                "One answer has at most {MOST} programmes and {} MiB of their texts; ask for fewer channels or a \
                 lower limit.",
                MOST_TEXT >> 20
            );
            return Err(Refusal::field("too_large", "limit", message));
        };
        *self = Room { programmes, text };
        Ok(())
    }
}

fn now_and_next(stream: u32, now: u32, limit: u32, zone: &Zone, room: &mut Room) -> Result<Vec<EpgRow>, Refusal> {
    // One more than fits is enough to know that it does not.
    let limit = limit.min(u32::try_from(room.programmes + 1).unwrap_or(u32::MAX));
    let schedule = guide::programmes(stream, now, u32::MAX, limit)?;
    room.take(&schedule)?;
    Ok(schedule.programmes.into_iter().map(|programme| EpgRow::new(programme, zone)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::guide::Programme;

    fn schedule(programmes: usize, description: usize) -> Schedule {
        let programme = Programme { description: "x".repeat(description), ..Programme::default() };
        Schedule { archive_days: 0, programmes: vec![programme; programmes] }
    }

    #[test]
    fn an_answer_takes_what_fits_and_a_refusal_names_the_bound() {
        let room = || Room { programmes: MOST, text: MOST_TEXT };
        let mut both = room();
        both.take(&schedule(1_000, 300)).unwrap();
        both.take(&schedule(1_000, 300)).unwrap();
        for refused in [both.take(&schedule(1, 0)), room().take(&schedule(40, 64 << 10))] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code, "too_large");
            assert!(refused.message.contains("2000 programmes and 2 MiB"), "{}", refused.message);
        }
    }
}
