//! A bounded pool for password hashes.

use crate::error::{Error, Result};
use host_core::Refusal;
use host_core::refusal::Code;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Hashes at the same time.
const AT_ONCE: usize = 2;

/// Hashes that may wait.
const QUEUE: usize = 64;

/// At most [`AT_ONCE`] hashes run and [`QUEUE`] wait; the next one is refused.
pub(super) struct Pool {
    running: Semaphore,
    inside: AtomicUsize,
}

impl Pool {
    pub(super) fn new() -> Pool {
        Pool { running: Semaphore::new(AT_ONCE), inside: AtomicUsize::new(0) }
    }

    pub(super) async fn run<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _inside = Inside::enter(&self.inside)?;
        let closed = |_| Error::Invalid("the password pool is closed".into());
        let _permit = self.running.acquire().await.map_err(closed)?;
        tokio::task::spawn_blocking(hash).await.map_err(|_| Error::Invalid("a password hash was aborted".into()))
    }
}

struct Inside<'a>(&'a AtomicUsize);

impl<'a> Inside<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Inside<'a>> {
        let inside = Inside(count);
        if count.fetch_add(1, Ordering::Relaxed) >= AT_ONCE + QUEUE {
            return Err(Refusal::new(Code::Unavailable, "Too many sign-ins at once; try again.").retry_after(1).into());
        }
        Ok(inside)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
