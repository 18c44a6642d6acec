//! `adjust_credits`: gives credits to a reseller, or takes them back. Both balances are filled in when the movement is
//! committed.

use crate::parameters::AdjustCredits;
use linecard_sdk::{Call, Credits, Refusal, Reply, credits, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Movement {
    id: u32,
    credits_before: String,
    credits_after: String,
    adjusted: Credits,
}

pub(crate) fn adjust_credits(call: Call<AdjustCredits>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let moved = credits::adjust(wish.id, &wish.credits, &wish.reason)?;
    reply::data(&Movement {
        id: moved.id,
        credits_before: moved.before,
        credits_after: moved.after,
        adjusted: moved.adjusted.short(),
    })
}
