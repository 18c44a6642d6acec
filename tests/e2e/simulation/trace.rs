//! What happened in a walk, line by line; the last of it is shown when the walk fails.

use super::chance::HandClock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lines that are shown of a walk that failed; all of one that is run by itself.
const SHOWN: usize = 60;

/// The events of one walk.
pub struct Trace {
    seed: u64,
    clock: Arc<HandClock>,
    lines: Mutex<Vec<String>>,
}

impl Trace {
    pub fn new(seed: u64, clock: Arc<HandClock>) -> Trace {
        Trace { seed, clock, lines: Mutex::default() }
    }

    pub fn note(&self, event: impl AsRef<str>) {
        let line = format!("{:>9} {}", self.clock.ms(), event.as_ref());
        self.lock().push(line);
    }

    pub fn lines(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// Whoever failed while it wrote has written nothing half.
    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows the end of a walk that fails while this is held.
pub struct Shown(pub Arc<Trace>);

impl Drop for Shown {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let (seed, lines) = (self.0.seed, self.0.lines());
        let shown = if std::env::var_os("LINECARD_SEED").is_some() { lines.len() } else { SHOWN };
        let last = lines[lines.len().saturating_sub(shown)..].join("\n");
        eprintln!(
            "seed {seed} failed after {} events, the last ones (milliseconds, event):\n{last}\n\
             run it again: LINECARD_SEED={seed} cargo test -p linecard-tests --test e2e simulation",
            lines.len(),
        );
    }
}
