//! `fulfil`: the reception has done what was wished for.

use crate::WISHES;
use crate::parameters::Fulfil;
use linecard_sdk::serde_json::json;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn fulfil(call: Call<Fulfil>) -> Result<Reply, Refusal> {
    reply::held(WISHES.edit(call.parameters.id, &json!({ "state": "done" }))?)
}
