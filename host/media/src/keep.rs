//! Streams that run whether anybody watches or not. Each is held as a viewer holds it who never reads, which costs a
//! place in the channel.

use crate::Media;
use crate::supervisor::Input;
use host_core::TenantId;
use host_core::stream::{Delivery, Stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether the channel still runs.
const LOOK: Duration = Duration::from_millis(500);
/// A channel that ran this long has proved itself; before one that did not, the wait doubles.
const PROVED: Duration = Duration::from_secs(120);
/// Longest wait until a channel that has ended is opened again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Media {
    /// Opens a live stream now, and keeps it running until it is restarted or its tenant ends. One whose viewers have
    /// connections of their own has nothing to keep. Into a movie or an episode of which no length is known it
    /// looks instead, and tells what is found.
    pub fn keep(self: &Arc<Self>, tenant: TenantId, stream: Stream) {
        if !stream.kind.is_live() {
            if stream.details.duration == 0 {
                self.tasks.spawn(look_into(self.clone(), tenant, stream));
            }
            return;
        }
        if stream.delivery != Delivery::FanOut {
            return;
        }
        let over = self.stop.child_token();
        if let Some(before) = self.running.lock().kept.insert((tenant, stream.id), over.clone()) {
            before.cancel();
        }
        self.tasks.spawn(hold(self.clone(), tenant, stream, over));
    }
}

/// Looks into the first file of a movie that is there.
async fn look_into(media: Arc<Media>, tenant: TenantId, movie: Stream) {
    let found = async {
        let file = media.movies.first_file(&movie).await?;
        media.supervisor.look(Input::File(file)).await
    };
    let Some(content) = found.await else { return };
    if let Err(error) = media.library.clone().found(tenant, movie.id, content).await {
        tracing::warn!(tenant.id = tenant.0, stream.id = movie.id.0, %error, "what is in a movie is not noted");
    }
}

async fn hold(media: Arc<Media>, tenant: TenantId, stream: Stream, over: CancellationToken) {
    let mut wait = LOOK;
    while !over.is_cancelled() {
        let began = media.clock.monotonic();
        if let Ok(viewer) = media.shared_channel(tenant, &stream) {
            while !viewer.has_ended() && !over.is_cancelled() {
                pause(&over, LOOK).await;
            }
        }
        // Its sources were tried for a while when a channel ends: who has none that plays is asked less and less.
        let has_proved = media.clock.monotonic().saturating_sub(began) >= PROVED;
        wait = if has_proved { LOOK } else { (wait * 2).min(LONGEST_WAIT) };
        pause(&over, wait).await;
    }
}

async fn pause(over: &CancellationToken, wait: Duration) {
    tokio::select! {
        () = over.cancelled() => {}
        () = sleep(wait) => {}
    }
}
