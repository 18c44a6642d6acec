//! Points in time and spans, in whole seconds of UTC. There are no zones here: a surface that shows local time
//! converts at its edge.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unix(pub i64);

impl Unix {
    /// This point plus `seconds`, at the end of time rather than wrapped around.
    pub fn plus(self, seconds: i64) -> Unix {
        Unix(self.0.saturating_add(seconds))
    }

    /// Whether something that was put off until this point, by at most `longest` seconds, is to be
    /// done: its time has come, or the clock was set back since and would hold it up.
    pub fn has_come(self, now: Unix, longest: i64) -> bool {
        self <= now || self > now.plus(longest)
    }
}

/// When something ends: never, or at a point. There is no "zero means never" inside.
/// Serialised as `null` or seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Option<i64>", into = "Option<i64>")]
pub enum Expiry {
    /// It has no end.
    Never,
    /// It ends at this second: at that second it is already over.
    At(Unix),
}

impl Expiry {
    /// The latest end that anything may have: the last second of the year 9999, the last that four
    /// digits can say.
    pub const LATEST: Unix = Unix(253_402_300_799);

    /// Whether it is never, or a second from 1970 to [`Expiry::LATEST`].
    pub fn is_sayable(self) -> bool {
        matches!(self, Expiry::Never) || matches!(self, Expiry::At(end) if (Unix(0)..=Expiry::LATEST).contains(&end))
    }

    /// Whether the end has come.
    pub fn is_past(self, now: Unix) -> bool {
        matches!(self, Expiry::At(end) if end <= now)
    }
}

impl From<Option<i64>> for Expiry {
    fn from(seconds: Option<i64>) -> Self {
        seconds.map_or(Expiry::Never, |s| Expiry::At(Unix(s)))
    }
}

impl From<Expiry> for Option<i64> {
    fn from(expiry: Expiry) -> Self {
        match expiry {
            Expiry::Never => None,
            Expiry::At(end) => Some(end.0),
        }
    }
}

/// The units a package's term is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 3,600 seconds.
    Hours,
    /// 86,400 seconds.
    Days,
    /// Calendar months; the day is cut to the month's last.
    Months,
    /// Calendar years.
    Years,
}

/// A length of time as packages state it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// How many units; 1 to 1,200.
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

impl Term {
    /// The longest count a package may state.
    pub const MAX_COUNT: u16 = 1_200;

    /// The moment that lies this term after `from`, in UTC.
    pub fn after(self, from: Unix) -> Unix {
        let count = i64::from(self.count);
        match self.unit {
            Unit::Hours => from.plus(count * 3_600),
            Unit::Days => from.plus(count * 86_400),
            Unit::Months => add_months(from, count),
            Unit::Years => add_months(from, count * 12),
        }
    }

    /// Whole months in this term; 0 for shorter ones (the `duration_months` of the panel surfaces).
    pub fn whole_months(self) -> u32 {
        let count = u32::from(self.count);
        match self.unit {
            Unit::Hours => count / (24 * 30),
            Unit::Days => count / 30,
            Unit::Months => count,
            Unit::Years => count * 12,
        }
    }
}

fn add_months(from: Unix, months: i64) -> Unix {
    let days = from.0.div_euclid(86_400);
    let second_of_day = from.0.rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    let total = year * 12 + (month - 1) + months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let day = day.min(days_in_month(year, month));
    Unix(days_from_civil(year, month, day) * 86_400 + second_of_day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next.0, next.1, 1) - days_from_civil(year, month, 1)
}

/// Days since 1970-01-01 of a proleptic Gregorian date.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Counts in years that begin in March, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The proleptic Gregorian date (year, month 1-12, day 1-31) of a day since 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, month: i64, day: i64) -> Unix {
        Unix(days_from_civil(year, month, day) * 86_400)
    }

    #[test]
    fn a_month_after_the_31st_is_the_last_day_of_a_shorter_month() {
        let month = Term { count: 1, unit: Unit::Months };
        assert_eq!(month.after(at(2026, 1, 31)), at(2026, 2, 28));
        assert_eq!(month.after(at(2028, 1, 31)), at(2028, 2, 29));
        assert_eq!(month.after(at(2026, 12, 5)), at(2027, 1, 5));
    }

    #[test]
    fn the_latest_end_is_the_last_second_of_the_year_9999() {
        assert_eq!(Expiry::LATEST.plus(1), at(10_000, 1, 1));
        assert!(Expiry::At(Expiry::LATEST).is_sayable() && Expiry::Never.is_sayable());
        assert!(!Expiry::At(at(10_000, 1, 1)).is_sayable() && !Expiry::At(Unix(-1)).is_sayable());
    }

    #[test]
    fn dates_and_days_are_inverse() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn the_end_itself_is_past() {
        assert!(Expiry::At(Unix(10)).is_past(Unix(10)));
        assert!(!Expiry::At(Unix(10)).is_past(Unix(9)));
        assert!(!Expiry::Never.is_past(Unix(i64::MAX)));
    }
}
