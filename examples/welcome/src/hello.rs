//! `hello`: a sentence for the guest of a room.

use crate::parameters::Hello;
use linecard_sdk::base::{self, Level};
use linecard_sdk::{Call, Expiry, Refusal, Reply, lines, reply};
use serde::{Deserialize, Serialize};

/// What a tenant can set: `linecard plugin settings welcome greeting="Good morning" --tenant NAME`.
#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    greeting: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { greeting: "Good evening".into() }
    }
}

#[derive(Serialize)]
struct Greeting {
    greeting: String,
    stay_ends: Expiry,
}

pub(crate) fn hello(call: Call<Hello>) -> Result<Reply, Refusal> {
    let Settings { greeting } = call.settings();
    let line = lines::mine()?.line;
    let name = match call.parameters.title {
        Some(title) => format!("{title} {}", line.username),
        None => line.username,
    };
    base::log(Level::Info, &format!("greeted {name}"));
    reply::data(&Greeting { greeting: format!("{greeting}, {name}."), stay_ends: line.expiry })
}
