//! `who`: whose session it is.

use crate::parameters::Who;
use linecard_sdk::serde_json::json;
use linecard_sdk::{Call, Refusal, Reply, reply, users};

pub(crate) fn who(_: Call<Who>) -> Result<Reply, Refusal> {
    reply::data(&json!({ "username": users::me()?.user.username }))
}
