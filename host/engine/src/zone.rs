//! How far a time zone is ahead of UTC around now, for guests, which carry no zone database.

use host_core::Refusal;
use host_core::refusal::Code;
use host_core::time::Unix;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

const DAY: i64 = 86_400;
/// How far back and ahead offsets reach: the longest archive and the longest guide.
const REACH: i64 = 366 * DAY;

/// `(since, seconds)`, ascending.
pub(crate) type Offsets = Arc<Vec<(i64, i32)>>;

/// What was computed, by zone, with its day. Only zones that exist get in, so it is bounded.
#[derive(Default)]
pub(crate) struct Zones(RwLock<HashMap<String, (i64, Offsets)>>);

impl Zones {
    /// How many seconds the zone is ahead of UTC since when (unix seconds), from a year before
    /// now to a year after. Empty for a zone that does not exist.
    pub(crate) fn offsets(&self, zone: &str, now: Unix) -> Offsets {
        let today = now.0.div_euclid(DAY);
        if let Some((of, offsets)) = self.0.read().get(zone)
            && *of == today
        {
            return Arc::clone(offsets);
        }
        let Some(offsets) = offsets(zone, today * DAY).map(Arc::new) else { return Offsets::default() };
        self.0.write().insert(zone.to_owned(), (today, Arc::clone(&offsets)));
        offsets
    }

    /// How many seconds the zone is ahead of UTC at a point near now; 0 for a zone that does not exist.
    pub(crate) fn ahead(&self, zone: &str, now: Unix) -> i64 {
        let offsets = self.offsets(zone, now);
        offsets.iter().rev().find(|(since, _)| *since <= now.0).map_or(0, |(_, seconds)| i64::from(*seconds))
    }
}

fn offsets(zone: &str, now: i64) -> Option<Vec<(i64, i32)>> {
    let zone = TimeZone::get(zone).ok()?;
    let start = Timestamp::from_second(now.checked_sub(REACH)?).ok()?;
    let end = Timestamp::from_second(now.checked_add(REACH)?).ok()?;
    let mut offsets = vec![(start.as_second(), zone.to_offset(start).seconds())];
    for transition in zone.following(start).take_while(|transition| transition.timestamp() < end) {
        offsets.push((transition.timestamp().as_second(), transition.offset().seconds()));
    }
    Some(offsets)
}

/// Refuses a zone that does not exist.
pub(crate) fn check(zone: &str) -> Result<(), Refusal> {
    match TimeZone::get(zone) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::field(Code::InvalidInput, "timezone", "Name an IANA zone, as Europe/Vienna.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_with_summer_time_has_its_changes_within_a_year_on_both_sides() {
        // 2026-01-01; summer time began on 2025-03-30 and ended on 2025-10-26, at 01:00 UTC.
        let offsets = offsets("Europe/Vienna", 1_767_225_600).unwrap();
        assert_eq!(offsets[0], (1_767_225_600 - REACH, 3_600));
        assert_eq!(offsets[1..3], [(1_743_296_400, 7_200), (1_761_440_400, 3_600)]);
        assert_eq!(offsets.len(), 5, "{offsets:?}");
    }

    #[test]
    fn a_zone_without_changes_has_one_offset_and_an_unknown_one_is_refused() {
        assert_eq!(offsets("Asia/Kolkata", 1_767_225_600).unwrap(), [(1_767_225_600 - REACH, 19_800)]);
        assert!(offsets("Mars/Olympus", 1_767_225_600).is_none());
        assert!(check("Mars/Olympus").is_err() && check("UTC").is_ok());
    }
}
