//! Lists codes by the batches in which they were sold. A batch has nothing of its own: it is what its codes say.

use crate::document::Options;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::port::MAX_START;
use host_core::refusal::Code;
use serde_json::{Map, Value, json};

/// A page, the newest first: `query` is `{"start","limit"}`, the answer `{"rows","total"}`. Rows are `{"id","package",
/// "owner","created_at","codes","redeemed"}`: package, owner and time are those of the first code that is still there,
/// `codes` are all that are there.
///
/// # Errors
/// `not_permitted` below a reseller; `invalid_input` for a malformed query.
pub async fn batches(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let fields = ["start", "limit"].map(|name| (name, CallerRole::Reseller));
    let options = Options::checked(query, &fields, work.caller().role())?;
    let start = options.get::<Option<u32>>("start")?.flatten().unwrap_or(0);
    if start > MAX_START {
        let message = format!("start is at most {MAX_START}.");
        return Err(Refusal::field(Code::InvalidInput, "start", message).into());
    }
    let limit = options.get::<Option<u32>>("limit")?.flatten().unwrap_or(50).clamp(1, 1_000);
    let (tenant, scope) = (work.caller().tenant, work.caller().scope());
    let (total, batches) = work.engine().store().code_batches(tenant, scope, start, limit).await?;
    let rows: Vec<_> = batches
        .into_iter()
        .map(|batch| {
            json!({
                "id": batch.id,
                "package": batch.package,
                "owner": batch.owner,
                "created_at": batch.created_at,
                "codes": batch.codes,
                "redeemed": batch.redeemed,
            })
        })
        .collect();
    Ok(json!({ "rows": rows, "total": total }))
}
