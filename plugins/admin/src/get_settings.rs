//! `get_settings`: the settings of the panel.
//! Knows no field: the row writes them.

use crate::parameters::GetSettings;
use crate::settings_row::SettingsRow;
use linecard_sdk::records::{self, Settings};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_settings(_call: Call<GetSettings>) -> Result<Reply, Refusal> {
    let settings: Settings = records::get(Settings::ID)?;
    reply::data(&SettingsRow::from(settings))
}
