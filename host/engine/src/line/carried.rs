//! What a line's bouquets hold, for those who manage it.

use crate::{Result, Work};
use host_core::LineId;
use host_core::caller::CallerRole;
use host_core::line::Line;
use host_core::stream::StreamKind;
use serde_json::{Value, json};

/// What stands in bouquets by itself: episodes stand in their series.
const KINDS: [StreamKind; 4] = [StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio, StreamKind::Movie];

/// `{"streams":[id],"series":[id]}`: what is switched on of it, each once, in the order of the bouquets.
///
/// # Errors
/// `not_found`, also for a line outside of the caller's scope.
pub async fn carried(work: &mut Work, id: LineId) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let Line { bouquets, .. } = work.get(id).await?;
    let (tenant, store) = (work.caller().tenant, work.engine().store());
    let streams = store.catalogue(tenant, bouquets.clone(), KINDS.to_vec(), None).await?;
    let series = store.catalogue_series(tenant, bouquets, None).await?;
    Ok(json!({ "streams": streams, "series": series }))
}
