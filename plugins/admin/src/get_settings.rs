//! `get_settings`: the settings of the panel.
//! Knows no field: the host writes them.

use crate::parameters::GetSettings;
use linecard_sdk::records::{self, Settings};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_settings(_call: Call<GetSettings>) -> Result<Reply, Refusal> {
    reply::held(records::get::<Settings>(Settings::ID)?)
}
