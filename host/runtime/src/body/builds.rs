//! Builds that run: one for each key at a time, some at once, each caller's one after the other. A build belongs
//! to its key: it goes on when the caller who began it leaves, so that callers with little patience get it the
//! next time.

use crate::asker::Asker;
use crate::body::cached::CachedBody;
use crate::body::key::Key;
use crate::body::turns::Turns;
use crate::breaker::whole_seconds;
use crate::call::CallError;
use host_engine::log_scope::in_current_scope;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// How long a build waits for its turn and a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of a cached body, in all its codings, up to which its build is a small one.
const SMALL: u64 = 64 << 10;

/// What a build came to; all who wait for it get the same.
pub(crate) type Built = Result<Arc<CachedBody>, CallError>;

/// The builds of one tenant.
pub(crate) struct Builds {
    running: Mutex<HashMap<Key, watch::Receiver<Option<Built>>>>,
    places: Semaphore,
    turns: Turns,
}

impl Builds {
    /// At most `places` builds at once, and a budget for each caller.
    pub(crate) fn new(places: usize, turns: Turns) -> Builds {
        Builds { running: Mutex::default(), places: Semaphore::new(places), turns }
    }

    /// The outcome of the key's build, which begins when it does not run: who wants it, when, and whether its rule says
    /// that it is small. `cached` looks whether it has ended
    /// meanwhile, and `keep` gets what it came to before anybody else.
    pub(crate) async fn outcome(
        self: &Arc<Builds>,
        key: Key,
        (who, now, small): (Asker, Duration, bool),
        cached: impl FnOnce(&Key) -> Option<Arc<CachedBody>>,
        keep: impl FnOnce(Key, Arc<CachedBody>) + Send + 'static,
        build: impl Future<Output = Built> + Send + 'static,
    ) -> Built {
        let mut outcome = {
            let mut running = self.running.lock();
            match (cached(&key), running.get(&key)) {
                (Some(cached), _) => return Ok(cached),
                (None, Some(outcome)) => outcome.clone(),
                (None, None) => {
                    let wait = |wait| CallError::Busy { retry_after: whole_seconds(wait) };
                    let turn = self.turns.take(who, now).map_err(wait)?;
                    let (tell, outcome) = watch::channel(None);
                    running.insert(key.clone(), outcome.clone());
                    let running = Running { builds: Arc::clone(self), key, tell };
                    let build = async move {
                        let waiting = async { (turn.lock().await, running.builds.places.acquire().await) };
                        let built = match tokio::time::timeout(PATIENCE, waiting).await {
                            Ok(_place) => build.await,
                            Err(_) => Err(busy()),
                        };
                        if let Ok(cached) = &built {
                            if small && cached.weight() <= SMALL {
                                running.builds.turns.was_small(who);
                            }
                            keep(running.key.clone(), Arc::clone(cached));
                        }
                        running.tell.send_replace(Some(built));
                    };
                    tokio::spawn(in_current_scope(build));
                    outcome
                }
            }
        };
        // It ends without an outcome only when it panics or the process ends.
        let built = outcome.wait_for(Option::is_some).await.ok().and_then(|built| built.clone());
        built.unwrap_or_else(|| Err(busy()))
    }
}

fn busy() -> CallError {
    CallError::Busy { retry_after: whole_seconds(PATIENCE) }
}

/// A build that is known to run, until it is dropped.
struct Running {
    builds: Arc<Builds>,
    key: Key,
    tell: watch::Sender<Option<Built>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.builds.running.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::cached::Body;
    use crate::body::encode::Encoded;
    use host_core::LineId;

    fn builds() -> Arc<Builds> {
        Arc::new(Builds::new(2, Turns::new(100, Duration::from_secs(1))))
    }

    async fn outcome(
        builds: &Arc<Builds>,
        key: u64,
        line: u32,
        build: impl Future<Output = Built> + Send + 'static,
    ) -> Built {
        let caller = (Asker::Line(LineId(line)), Duration::ZERO, false);
        builds.outcome(Key::numbered(key), caller, |_| None, |_, _| (), build).await
    }

    async fn made() -> Built {
        let body = Body::Whole(Encoded::new(Vec::new()));
        Ok(Arc::new(CachedBody {
            content_type: String::new(),
            headers: Vec::new(),
            digest: [0; 32],
            body,
            entries: None,
        }))
    }

    /// Begins builds of these lines that never end.
    async fn begin(builds: &Arc<Builds>, lines: impl IntoIterator<Item = (u64, u32)>) {
        for (key, line) in lines {
            let builds = Arc::clone(builds);
            tokio::spawn(async move { outcome(&builds, key, line, std::future::pending()).await });
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_build_that_gets_no_place_is_busy_in_the_end() {
        let builds = builds();
        begin(&builds, [(1, 1), (2, 2)]).await;
        assert!(matches!(outcome(&builds, 3, 3, made()).await, Err(CallError::Busy { .. })));
        assert_eq!(builds.running.lock().len(), 2, "it is no longer known");
    }

    #[tokio::test(start_paused = true)]
    async fn one_line_never_takes_all_places() {
        let builds = builds();
        begin(&builds, (1..50).map(|key| (key, 1))).await;
        assert!(outcome(&builds, 100, 2, made()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_build_that_panics_leaves_nobody_waiting() {
        let builds = builds();
        let broken = outcome(&builds, 1, 1, async { panic!("a bug") });
        assert!(matches!(broken.await, Err(CallError::Busy { .. })));
        assert!(outcome(&builds, 1, 1, made()).await.is_ok());
    }
}
