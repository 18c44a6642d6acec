//! `stb/info`: all that is known of a MAG box and of its line.

use crate::line_row::LineRow;
use crate::parameters::StbInfo;
use linecard_sdk::lines::{self, By};
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Info {
    mag_device: Device,
    user_info: LineRow,
    pair_line_info: [u32; 0],
}

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Device {
    mag_id: String,
    user_id: String,
    mac: Option<String>,
    lock_device: &'static str,
}

pub(crate) fn stb_info(call: Call<StbInfo>) -> Result<Reply, Refusal> {
    let line = lines::find("mag", By::Mac { mac: &call.parameters.mac })?.read()?;
    let mag_device = Device {
        mag_id: line.id.to_string(),
        user_id: line.id.to_string(),
        mac: line.mac.clone(),
        lock_device: crate::line_row::flag(line.lock_device),
    };
    reply::data(&Info { mag_device, user_info: LineRow::of(line)?, pair_line_info: [] })
}
