//! Has the doors read their certificates and routes again.

use crate::parameters::ReloadNginx;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, node, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Reloaded {
    applied: Vec<String>,
}

pub(crate) fn reload_nginx(_: Call<ReloadNginx>) -> Result<Reply, Refusal> {
    reply::data(&Reloaded { applied: node::reload()? })
}
