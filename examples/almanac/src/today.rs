//! `today`: the day of the week, and the nights that are left.

use crate::parameters::Today;
use linecard_sdk::{Call, Expiry, Refusal, Reply, lines, reply};
use serde::Serialize;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;
/// The first day of the clock was a Thursday.
const FIRST: u64 = 3;

#[derive(Serialize)]
struct Day {
    weekday: &'static str,
    /// Nobody says it of a stay without end.
    nights: Option<u64>,
}

pub(crate) fn today(call: Call<Today>) -> Result<Reply, Refusal> {
    let names = HashMap::from([
        ("en", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
        ("de", ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]),
        ("fr", ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]),
    ]);
    #[expect(clippy::disallowed_methods, reason = "in a plugin the clock is the host's: it says when the call began")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let language = call.parameters.language.as_str();
    let weekday = names.get(language).map_or("", |names| names[((now / DAY + FIRST) % 7) as usize]);
    let nights = match lines::mine()?.line.expiry {
        Expiry::Never => None,
        Expiry::At(end) => Some(u64::try_from(end).unwrap_or(0).saturating_sub(now).div_ceil(DAY)),
    };
    // What is printed stands in the plugin's log.
    println!("it is {weekday}");
    reply::data(&Day { weekday, nights })
}
