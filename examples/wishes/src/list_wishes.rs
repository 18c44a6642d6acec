//! `list_wishes`: wishes of a state, by the index over state and time.

use crate::WISHES;
use crate::parameters::ListWishes;
use linecard_sdk::collections::Range;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn list_wishes(call: Call<ListWishes>) -> Result<Reply, Refusal> {
    let ListWishes { state, limit, cursor } = call.parameters;
    let page = WISHES.list(&Range::by("state+at").equal(state).after(cursor).limit(limit))?;
    let next = page.look()?.cursor;
    let reply = reply::held(page)?;
    Ok(match next {
        Some(next) => reply.next(&next),
        None => reply,
    })
}
