//! What media asks about streams, and tells.

use crate::{Engine, Error, Result, Work, act};
use host_core::caller::Caller;
use host_core::document::Document;
use host_core::journal::{Entry, Part};
use host_core::plan::Database;
use host_core::port::{Content, Library, Pending, StoreError};
use host_core::stream::Stream;
use host_core::transcode::Profile;
use host_core::{DocumentId, StreamId, TenantId};
use std::sync::Arc;

/// Most characters that are kept of why something failed.
const LONGEST: usize = 512;

impl Library for Engine {
    fn profile(&self, tenant: TenantId, id: DocumentId) -> Pending<'_, Option<Profile>> {
        Pending::later(async move {
            let found = self.row::<Document>(Database::Tenant(tenant), id).await;
            Ok(found.map_err(of_store)?.as_ref().and_then(Profile::of_document))
        })
    }

    fn failed(&self, tenant: TenantId, stream: StreamId, part: Part, reason: &str) {
        let now = self.clock().now();
        let reason = reason.chars().take(LONGEST).collect();
        self.journal().note(tenant, Entry::StreamError { stream, part, reason, at: now, last_at: now, times: 1 });
    }

    fn found(self: Arc<Self>, tenant: TenantId, stream: StreamId, content: Content) -> Pending<'static, ()> {
        Pending::later(async move { noted(&self, tenant, stream, &content).await.map_err(of_store) })
    }
}

async fn noted(engine: &Arc<Engine>, tenant: TenantId, stream: StreamId, content: &Content) -> Result<()> {
    let run = engine.begin(Caller::system(tenant, "media"), "look");
    act!(run, |work| note(work, stream, content).await?);
    Ok(())
}

/// Notes the length of a movie or an episode of which none is known.
async fn note(work: &mut Work, stream: StreamId, content: &Content) -> Result<()> {
    let Some(before) = work.know::<Stream>(stream).await? else { return Ok(()) };
    if before.details.duration != 0 || content.duration == 0 {
        return Ok(());
    }
    let mut after = before.clone();
    after.details.duration = content.duration;
    work.update(&before, after);
    Ok(())
}

fn of_store(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Failed(other.to_string()),
    }
}
