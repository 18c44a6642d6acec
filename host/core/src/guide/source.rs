//! Where a guide comes from, and when: a source that is fetched by a schedule, or only imported by command.

use super::programme::{Build, Programme};
use crate::delivery::{SourceForm, source_form};
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::refusal::Code;
use crate::source::{Source, check_headers};
use crate::time::Unix;
use crate::{GuideSourceId, JobId, Refusal, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A source of guide data. Serialises to the `guide_source` record document.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideSource {
    /// Its id.
    pub id: GuideSourceId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the tenant; for a file that a command imported, the file's name.
    pub name: String,
    /// Where it is fetched from: `http://…`, `https://…`, or `file:PATH` below the media root. Empty for one that is
    /// only imported by command.
    pub url: String,
    /// Sent with each request for it, over http and https.
    pub headers: BTreeMap<String, String>,
    /// Fetched by the schedule.
    pub enabled: bool,
    /// Hours from one fetch to the next, from 1 to 720.
    pub every: u16,
    /// The time of day, as `04:30` in the panel's time zone, that fetches keep to; empty: `every` hours after the last
    /// one.
    pub at: String,
    /// Days that programmes are kept after their end, counted when they are imported; 0: all that the guide has.
    pub days: u16,
    /// Minutes added to all its times when it is imported.
    pub offset: i16,
    /// The build that readers see; build 0 is empty.
    pub current: Build,
    /// The highest build ever begun.
    pub latest: Build,
    /// Channels in the current build.
    pub channels: u32,
    /// Programmes in the current build.
    pub programmes: u32,
    /// When the current build was switched to.
    pub updated_at: Unix,
    /// The last import came to its end, so that the current build is the newest there was.
    pub intact: bool,
    /// When the next fetch is due; none for one that is not fetched.
    pub due_at: Option<Unix>,
    /// When it was last fetched, or that was tried.
    pub tried_at: Option<Unix>,
    /// Fetches that failed since the last good one.
    pub failures: u32,
    /// Why the last fetch failed; none after a good one.
    pub error: Option<String>,
    /// The job of the last import that was asked for or fetched.
    pub job: Option<JobId>,
}

/// Address and headers hold the credentials of somebody's account, and are not printed.
impl fmt::Debug for GuideSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("GuideSource");
        shown.field("id", &self.id).field("version", &self.version).field("name", &self.name);
        shown.field("current", &self.current).field("latest", &self.latest).field("due_at", &self.due_at);
        shown.field("failures", &self.failures).field("error", &self.error).finish_non_exhaustive()
    }
}

/// Hours between fetches that are not chosen.
const EVERY: u16 = 24;
/// Most hours between fetches.
pub const MOST_HOURS: u16 = 720;
const HOUR: i64 = 3_600;
/// Seconds after the first failure until the next attempt; doubled with each further one.
const RETRY: i64 = 300;
/// Most doublings of it.
const DOUBLINGS: u32 = 12;
/// By which part of a pause it is longer at most, so that sources that were due together do not stay together.
const SPREAD: i64 = 10;
/// By how many seconds at most a fetch comes after its time of day.
const SPREAD_AT_TIME: i64 = 300;

impl GuideSource {
    /// One without programmes and without an address.
    pub fn new(id: u32, name: String, now: Unix) -> GuideSource {
        let (current, latest) = (Build(0), Build(0));
        GuideSource {
            id: GuideSourceId(id),
            version: Version(0),
            name,
            url: String::new(),
            headers: BTreeMap::new(),
            enabled: true,
            every: EVERY,
            at: String::new(),
            days: 0,
            offset: 0,
            current,
            latest,
            channels: 0,
            programmes: 0,
            updated_at: now,
            intact: false,
            due_at: None,
            tried_at: None,
            failures: 0,
            error: None,
            job: None,
        }
    }

    /// Whether the schedule fetches it.
    pub fn is_fetched(&self) -> bool {
        self.enabled && !self.url.is_empty()
    }

    /// Whether an import of one would be another than of the other.
    pub fn asks_as(&self, other: &GuideSource) -> bool {
        let asks = |source: &GuideSource| (source.days, source.offset);
        self.url == other.url && self.headers == other.headers && asks(self) == asks(other)
    }

    /// What is fetched.
    pub fn source(&self) -> Source {
        Source { headers: self.headers.clone(), ..Source::from(self.url.as_str()) }
    }

    /// When the fetch after one that ended well now is due. `ahead` is how many seconds the panel's zone is ahead of
    /// UTC; `chance` spreads.
    pub fn next(&self, now: Unix, ahead: i64, chance: u32) -> Unix {
        let every = i64::from(self.every.max(1)) * HOUR;
        match time_of_day(&self.at) {
            None => now.plus(spread(every, every / SPREAD, chance)),
            Some(at) => {
                // The points of the local day at that time and every `every` hours from there.
                let passed = (now.0 - at + ahead).rem_euclid(every);
                now.plus(spread(every - passed, SPREAD_AT_TIME, chance))
            }
        }
    }

    /// When it is tried again after a fetch that failed now, `failures` counted: soon at first, then ever later, but
    /// not later than it would be fetched anyway.
    pub fn retry(&self, now: Unix, chance: u32) -> Unix {
        let doubled = RETRY << self.failures.saturating_sub(1).min(DOUBLINGS);
        let pause = doubled.min(i64::from(self.every.max(1)) * HOUR);
        now.plus(spread(pause, pause / SPREAD, chance))
    }

    /// The programme as it is kept; none for one that is too old to be.
    pub fn kept(&self, mut programme: Programme, now: Unix) -> Option<Programme> {
        let shift = i64::from(self.offset) * 60;
        (programme.start, programme.stop) = (programme.start.plus(shift), programme.stop.plus(shift));
        let is_old = self.days > 0 && programme.stop < now.plus(-i64::from(self.days) * 24 * HOUR);
        (!is_old).then_some(programme)
    }
}

/// The seconds of a day at a time as `04:30`.
fn time_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| {
        part.parse::<u8>().ok().filter(|_| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(i64::from(hour) * HOUR + i64::from(minute) * 60)
}

/// A pause with up to `most` seconds more, by chance.
fn spread(pause: i64, most: i64, chance: u32) -> i64 {
    pause + i64::from(chance) % (most + 1)
}

impl Record for GuideSource {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Hidden Read, "name": Hidden Write, "url": Hidden Write, "headers": Hidden Write,
        "enabled": Hidden Write, "every": Hidden Write, "at": Hidden Write, "days": Hidden Write,
        "offset": Hidden Write, "current": Hidden Read, "latest": Hidden Read, "channels": Hidden Read,
        "programmes": Hidden Read, "updated_at": Hidden Read, "intact": Hidden Read, "due_at": Hidden Read,
        "tried_at": Hidden Read, "failures": Hidden Read, "error": Hidden Read, "job": Hidden Read,
        "reload": Hidden Write,
    };
    const RESELLERS: Reading = Reading::Never;

    fn blank(id: u32, now: Unix) -> Option<GuideSource> {
        Some(GuideSource::new(id, String::new(), now))
    }

    fn validate(&self) -> Result<(), Refusal> {
        check_name(&self.name, "guide source")?;
        let refuse =
            |field: &'static str, message: &'static str| Err(Refusal::field(Code::InvalidInput, field, message));
        let form = source_form(&self.url);
        let is_http = matches!(form, Some(SourceForm::Ts | SourceForm::Hls));
        if !(self.url.is_empty() || is_http || form == Some(SourceForm::File)) || self.url.len() > MOST_ADDRESS {
            let message = "A guide is fetched from http://…, https://… or file:PATH, a path below the media folder.";
            return refuse("url", message);
        }
        if !self.headers.is_empty() {
            if !is_http {
                return refuse("headers", "Headers are for guides at http and https addresses.");
            }
            check_headers(&self.headers).map_err(|message| Refusal::field(Code::InvalidInput, "headers", message))?;
        }
        if !(1..=MOST_HOURS).contains(&self.every) {
            return refuse("every", "A guide is fetched every 1 to 720 hours.");
        }
        if !self.at.is_empty() && time_of_day(&self.at).is_none() {
            return refuse("at", "A time of day is written as 04:30, from 00:00 to 23:59.");
        }
        if self.days > MOST_DAYS {
            return refuse("days", "Programmes are kept for at most 366 days.");
        }
        if self.offset.unsigned_abs() > MOST_OFFSET {
            return refuse("offset", "Times are moved by at most 1440 minutes.");
        }
        Ok(())
    }
}

/// Longest address, in bytes.
const MOST_ADDRESS: usize = 4_096;
/// Most days that programmes are kept.
const MOST_DAYS: u16 = 366;
/// Most minutes by which times are moved.
const MOST_OFFSET: u16 = 1_440;

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched() -> GuideSource {
        GuideSource { url: "http://h/a".into(), ..GuideSource::new(1, "guide".into(), Unix(0)) }
    }

    #[test]
    fn a_fetch_keeps_to_its_time_of_day_or_comes_so_many_hours_after_the_last_one() {
        let noon = Unix(20_000 * 86_400 + 12 * HOUR);
        let at = |every, at: &str, ahead| {
            let next = GuideSource { every, at: at.into(), ..fetched() }.next(noon, ahead, 0);
            let minute = next.0.rem_euclid(86_400) / 60;
            (minute / 60, minute % 60)
        };
        assert_eq!(at(6, "", 0), (18, 0));
        assert_eq!(at(24, "04:30", 0), (4, 30));
        assert_eq!(at(24, "04:30", 2 * HOUR), (2, 30), "half past four there is half past two in UTC");
        assert_eq!(at(12, "04:30", 0), (16, 30));
        assert_eq!(GuideSource { at: "12:00".into(), ..fetched() }.next(noon, 0, 0), noon.plus(86_400));
        for wrong in ["4:30", "24:00", "12:60", "noon", "12:0", "+1:00"] {
            let source = GuideSource { at: wrong.into(), ..fetched() };
            assert_eq!(source.validate().unwrap_err().field.as_deref(), Some("at"), "{wrong}");
        }
        for chance in [0, 1, u32::MAX] {
            let next = fetched().next(noon, 0, chance);
            assert!((noon.plus(24 * HOUR)..=noon.plus(27 * HOUR)).contains(&next), "{next:?}");
        }
    }

    #[test]
    fn pauses_after_failures_grow_but_not_beyond_the_schedule() {
        let pause = |failures| GuideSource { failures, every: 2, ..fetched() }.retry(Unix(0), 0).0;
        assert_eq!([1, 2, 3, 4, 5, 6, u32::MAX].map(pause), [300, 600, 1_200, 2_400, 4_800, 7_200, 7_200]);
    }

    #[test]
    fn old_programmes_are_not_kept_and_times_are_moved() {
        let source = GuideSource { days: 1, offset: -60, ..fetched() };
        let programme = |stop| Programme {
            id: 0,
            channel: String::new(),
            start: Unix(0),
            stop: Unix(stop),
            title: String::new(),
            description: String::new(),
            language: String::new(),
        };
        let now = Unix(90_000 + 86_400);
        assert_eq!(source.kept(programme(93_600), now).map(|kept| kept.stop), Some(Unix(90_000)));
        assert!(source.kept(programme(93_599), now).is_none());
        assert!(GuideSource { days: 0, ..source }.kept(programme(1), now).is_some());
    }

    #[test]
    fn only_what_can_be_fetched_is_an_address_and_none_is_printed() {
        for (url, is_good) in [
            ("", true),
            ("https://h/guide.xml.gz?pass=hunter2", true),
            ("file:guides/a.xml", true),
            ("file:../a.xml", false),
            ("/etc/passwd", false),
            ("ftp://h/a", false),
            ("udp://@239.1.1.1:1", false),
            ("test:a", false),
        ] {
            let source = GuideSource { url: url.into(), ..fetched() };
            assert_eq!(source.validate().is_ok(), is_good, "{url}");
            assert!(!format!("{source:?}").contains("hunter2"));
        }
        let headers = BTreeMap::from([("Cookie".to_owned(), "a".to_owned())]);
        assert!(GuideSource { headers: headers.clone(), ..fetched() }.validate().is_ok());
        assert!(GuideSource { headers, url: "file:a".into(), ..fetched() }.validate().is_err());
    }
}
