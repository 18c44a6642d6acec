//! The index of the calling line, made once for each attempt.

use super::index::Index;
use crate::{Result, Work};
use host_core::stream::StreamKind;
use std::collections::HashMap;
use std::sync::Arc;

const PIECE: usize = 1_024;

/// The index of the calling line.
pub(super) async fn index(work: &mut Work) -> Result<Arc<Index>> {
    if let Some(index) = &work.index {
        return Ok(Arc::clone(index));
    }
    let line = work.calling_line().await?;
    let (tenant, engine) = (work.caller().tenant, Arc::clone(work.engine()));
    let kinds = vec![StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio];
    let ids = engine.store().catalogue(tenant, line.bouquets.clone(), kinds, None).await?;
    let known = engine.store().guide_channels(tenant).await?;
    let known: HashMap<_, _> = known.into_iter().map(|channel| (channel.id.clone(), channel)).collect();
    let mut index = Index::default();
    for piece in ids.chunks(PIECE) {
        for stream in engine.store().streams(tenant, piece.to_vec()).await? {
            let Some(channel) = known.get(&stream.guide_channel) else { continue };
            index.add_stream(&stream, channel);
        }
    }
    let index = Arc::new(index);
    work.index = Some(Arc::clone(&index));
    Ok(index)
}
