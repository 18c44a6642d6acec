//! `list_lines`: pages whose cursors are where they begin.

use crate::parameters::ListLines;
use linecard_sdk::records::Query;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn list_lines(call: Call<ListLines>) -> Result<Reply, Refusal> {
    let ListLines { limit, cursor } = call.parameters;
    let wrong = || Refusal::field("invalid_input", "cursor", "This is no cursor; take the one of the page before.");
    let start = cursor.as_deref().map_or(Ok(0), |cursor| cursor.parse::<u32>().map_err(|_| wrong()))?;
    let page = lines::list(lines::LINE, &Query { start, limit, ..Query::default() })?;
    let (matching, next) = (page.look()?.matching.unwrap_or_default(), start.saturating_add(limit));
    let reply = reply::held(page)?;
    Ok(if next < matching { reply.next(&next.to_string()) } else { reply })
}
