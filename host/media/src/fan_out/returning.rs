//! The way back to the first source while another one plays.
//! Knows when to try and what came of it, not how a source is opened.

use host_core::port::ByteStream;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The first source, tried again beside the one that plays.
#[derive(Default)]
pub(super) struct Returning {
    tried_at: Option<Duration>,
    attempt: Option<JoinHandle<Option<ByteStream>>>,
}

impl Returning {
    /// Begins an attempt when the last one, or the change to another source, is `after` ago.
    pub(super) fn step<F>(&mut self, now: Duration, after: Duration, attempt: impl FnOnce() -> F)
    where
        F: Future<Output = Option<ByteStream>> + Send + 'static,
    {
        let since = *self.tried_at.get_or_insert(now);
        if self.attempt.is_none() && now >= since + after {
            self.tried_at = Some(now);
            self.attempt = Some(tokio::spawn(attempt()));
        }
    }

    /// Resolves when an attempt succeeded; otherwise never.
    pub(super) async fn opened(&mut self) -> ByteStream {
        if let Some(attempt) = &mut self.attempt {
            let opened = attempt.await.ok().flatten();
            self.attempt = None;
            if let Some(bytes) = opened {
                return bytes;
            }
        }
        std::future::pending().await
    }
}

impl Drop for Returning {
    fn drop(&mut self) {
        if let Some(attempt) = &self.attempt {
            attempt.abort();
        }
    }
}
