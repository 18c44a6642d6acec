//! `nothing`: the name that was asked for.

use crate::parameters::Nothing;
use linecard_sdk::serde_json::json;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn nothing(call: Call<Nothing>) -> Result<Reply, Refusal> {
    reply::data(&json!({ "asked": call.instead_of() }))
}
