//! `check_signature`: what a webhook would compare with its signature.

use crate::parameters::CheckSignature;
use linecard_sdk::serde_json::json;
use linecard_sdk::{Call, Refusal, Reply, base, reply};

pub(crate) fn check_signature(_: Call<CheckSignature>) -> Result<Reply, Refusal> {
    let sent = base::sent();
    let sum: u32 = sent.iter().map(|byte| u32::from(*byte)).sum();
    reply::data(&json!({ "bytes": sent.len(), "sum": sum }))
}
