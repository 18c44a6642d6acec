//! `handshake`: the token that a box goes on with.

use crate::parameters::Handshake;
use linecard_sdk::serde_json::json;
use linecard_sdk::sessions::{self, Options};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn handshake(call: Call<Handshake>) -> Result<Reply, Refusal> {
    let Handshake { mac, token, model } = call.parameters;
    let presented = token.clone();
    let issued = sessions::issue(&Options { bound: Some(mac), token, ..Options::default() })?;
    let not_valid = u8::from(presented.is_some_and(|presented| presented != issued));
    reply::data(&json!({ "token": issued, "not_valid": not_valid, "model": model }))
}
