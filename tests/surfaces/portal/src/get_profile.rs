//! `get_profile`: the box's line.

use crate::parameters::GetProfile;
use linecard_sdk::serde_json::json;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn get_profile(_: Call<GetProfile>) -> Result<Reply, Refusal> {
    reply::data(&json!({ "login": lines::mine()?.line.username, "status": 0, "msg": "" }))
}
