//! Points in time as text. A guest carries no zone database: the host says which offsets the
//! panel's zone has and had.

use crate::json;

/// `YYYY-MM-DD` in UTC.
pub fn date(unix: i64) -> String {
    let mut text = datetime(unix);
    text.truncate(10);
    text
}

/// `YYYY-MM-DD HH:MM:SS` in UTC.
pub fn datetime(unix: i64) -> String {
    let mut text = String::with_capacity(19);
    Zone::default().datetime(&mut text, unix);
    text
}

/// The panel's zone, as far as its guide reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// IANA name.
    pub name: String,
    /// Since when (unix seconds) the zone is how many seconds ahead of UTC, ascending.
    offsets: Vec<(i64, i32)>,
}

impl Default for Zone {
    fn default() -> Zone {
        Zone { name: "UTC".into(), offsets: Vec::new() }
    }
}

impl Zone {
    /// A zone and its offsets. Without offsets it is UTC and says so, because players compute
    /// from the name and the local time together.
    pub fn new(name: String, offsets: Vec<(i64, i32)>) -> Zone {
        if offsets.is_empty() { Zone::default() } else { Zone { name, offsets } }
    }

    /// Seconds ahead of UTC at that moment.
    pub fn offset(&self, unix: i64) -> i32 {
        let known = self.offsets.iter().rev().find(|(since, _)| *since <= unix).or(self.offsets.first());
        known.map_or(0, |(_, seconds)| *seconds)
    }

    /// Appends `YYYY-MM-DD HH:MM:SS`.
    pub fn datetime(&self, out: &mut String, unix: i64) {
        self.write(out, unix, ["-", "-", " ", ":", ":"]);
    }

    /// Appends `YYYYMMDDhhmmss +hhmm`, the form of XMLTV.
    pub fn compact(&self, out: &mut String, unix: i64) {
        self.write(out, unix, [""; 5]);
        let minutes = self.offset(unix) / 60;
        out.push_str(if minutes < 0 { " -" } else { " +" });
        two(out, i64::from(minutes.abs() / 60));
        two(out, i64::from(minutes.abs() % 60));
    }

    fn write(&self, out: &mut String, unix: i64, between: [&str; 5]) {
        let local = unix.saturating_add(i64::from(self.offset(unix)));
        let (year, month, day) = civil(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        two(out, year.clamp(0, 9_999) / 100);
        two(out, year.clamp(0, 9_999) % 100);
        let rest = [month, day, second / 3_600, second / 60 % 60, second % 60];
        for (separator, value) in between.iter().zip(rest) {
            out.push_str(separator);
            two(out, value);
        }
    }
}

fn two(out: &mut String, value: i64) {
    if value < 10 {
        out.push('0');
    }
    json::number(out, value);
}

/// The Gregorian date of a day since 1970-01-01. Years are counted from March, so that the leap
/// day is a year's last day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    if month < 10 { (year + era * 400, month + 3, day) } else { (year + era * 400 + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vienna() -> Zone {
        Zone::new("Europe/Vienna".into(), vec![(1_761_440_400, 3_600), (1_774_746_000, 7_200)])
    }

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn times_are_written_in_the_zone_across_its_clock_change() {
        let local = |unix| written(|out| vienna().datetime(out, unix));
        assert_eq!(local(1_767_225_600), "2026-01-01 01:00:00");
        assert_eq!(local(1_774_745_999), "2026-03-29 01:59:59");
        assert_eq!(local(1_774_746_000), "2026-03-29 03:00:00");
        assert_eq!(written(|out| vienna().compact(out, 1_767_254_400)), "20260101090000 +0100");
        let newfoundland = Zone::new("America/St_Johns".into(), vec![(0, -12_600)]);
        assert_eq!(written(|out| newfoundland.compact(out, 1_767_254_400)), "20260101043000 -0330");
    }

    #[test]
    fn dates_are_right_on_leap_days_and_before_1970() {
        for (unix, shown) in [
            (0, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (4_107_542_400, "2100-03-01 00:00:00"),
            (1_798_761_599, "2026-12-31 23:59:59"),
        ] {
            assert_eq!(datetime(unix), shown);
        }
        assert_eq!(date(1_798_675_200), "2026-12-31");
    }

    #[test]
    fn a_zone_without_offsets_says_that_it_is_utc() {
        assert_eq!(Zone::new("Europe/Vienna".into(), vec![]), Zone::default());
    }
}
