//! The times of XMLTV: `YYYYMMDDhhmmss ±hhmm` and its shorter forms.

use host_core::time::{Unix, civil_from_days, days_from_civil};

/// The moment; `None` when the text is not a time. Missing parts are the first of their kind
/// (January, the 1st, midnight), a missing zone is UTC.
pub(crate) fn moment(text: &str) -> Option<Unix> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (stamp, zone) = text.split_at(digits);
    if !matches!(stamp.len(), 4 | 6 | 8 | 10 | 12 | 14) {
        return None;
    }
    let part = |from: usize, to: usize, missing: i64| match stamp.get(from..to) {
        Some(part) => part.parse::<i64>().ok(),
        None => Some(missing),
    };
    let (year, month, day) = (part(0, 4, 0)?, part(4, 6, 1)?, part(6, 8, 1)?);
    let (hour, minute, second) = (part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?);
    let days = days_from_civil(year, month, day);
    // The 31st of February, and month 13, would otherwise be another day.
    if civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Unix(local - offset(zone.trim())?))
}

/// Zones by the names that guides use for them, in minutes ahead of UTC. Names that stand for
/// several zones far apart, such as IST, are not among them: a guess would move a whole evening.
const ZONES: [(&str, i64); 30] = [
    ("Z", 0),
    ("UTC", 0),
    ("UT", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("JST", 540),
    ("AWST", 480),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("NST", -210),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
];

/// Seconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone.is_empty() {
        return Some(0);
    }
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| zone.eq_ignore_ascii_case(name)) {
        return Some(minutes * 60);
    }
    let (sign, zone) = match zone.strip_prefix('+') {
        Some(zone) => (1, zone),
        None => (-1, zone.strip_prefix('-')?),
    };
    let digits = zone.replacen(':', "", 1);
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    (hours <= 15 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_zone_and_of_every_length() {
        for (text, seconds) in [
            ("20260822160000 +0100", 1_787_410_800),
            ("20260822150000 +0000", 1_787_410_800),
            ("20260822150000", 1_787_410_800),
            ("20260822150000 UTC", 1_787_410_800),
            ("20260822150000Z", 1_787_410_800),
            (" 20260822103000-04:30 ", 1_787_410_800),
            ("20260822160000 BST", 1_787_410_800),
            ("20260822170000 cest", 1_787_410_800),
            ("20260822100000 EST", 1_787_410_800),
            ("20260822170000 +02:00", 1_787_410_800),
            ("20260822100000-0500", 1_787_410_800),
            ("202608221500", 1_787_410_800),
            ("2026082215", 1_787_410_800),
            ("20260822", 1_787_356_800),
            ("202608", 1_785_542_400),
            ("2026", 1_767_225_600),
            ("20280229", 1_835_395_200),
            ("19691231235959 +0000", -1),
        ] {
            assert_eq!(moment(text), Some(Unix(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "202",
            "20260",
            "20261301",
            "20260230",
            "20270229",
            "20260822240000",
            "20260822156000",
            "20260822150060",
            "20260822150000 IST",
            "20260822150000 +1",
            "20260822150000 +9900",
            "20260822150000 +01é",
            "2026-08-22",
            "99999999999999999999",
        ] {
            assert_eq!(moment(text), None, "{text:?}");
        }
    }
}
