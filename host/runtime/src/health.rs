//! How the plugins of a tenant are doing, as plain numbers.

use crate::breaker::BreakerState;
use host_core::plugin::PluginSource;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What became of the calls of one plugin in one tenant.
/// On cache lines of its own, because every call writes it.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct CallCounters {
    answered: AtomicU64,
    refused: AtomicU64,
    faults: AtomicU64,
    at_limit: AtomicU64,
    turned_away: AtomicU64,
    kept: AtomicU64,
    micros: AtomicU64,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Answered,
    Refused,
    Fault,
    /// At a limit of what one call may use.
    AtLimit,
    TurnedAway,
    /// Answered from a cached body, without the plugin.
    Cached,
}

impl CallCounters {
    pub(crate) fn count(&self, ending: Ending) {
        let counter = match ending {
            Ending::Answered => &self.answered,
            Ending::Refused => &self.refused,
            Ending::Fault => &self.faults,
            Ending::AtLimit => &self.at_limit,
            Ending::TurnedAway => &self.turned_away,
            Ending::Cached => &self.kept,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the time for which a guest was run without a break.
    pub(crate) fn ran(&self, time: Duration) {
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> CallCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CallCounts {
            answered: read(&self.answered),
            refused: read(&self.refused),
            faults: read(&self.faults),
            at_limit: read(&self.at_limit),
            turned_away: read(&self.turned_away),
            kept: read(&self.kept),
            guest_micros: read(&self.micros),
        }
    }
}

/// What became of the calls of a plugin since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CallCounts {
    /// Ended with a reply.
    pub answered: u64,
    /// Ended with a correct no.
    pub refused: u64,
    /// The plugin broke.
    pub faults: u64,
    /// Ran into a limit of what one call may use; their callers were refused.
    pub at_limit: u64,
    /// Not let through: too many calls, or an open breaker.
    pub turned_away: u64,
    /// Answered from a cached body, without the plugin.
    pub kept: u64,
    /// Time for which its calls ran, functions of the host included and waiting left out, in microseconds.
    pub guest_micros: u64,
}

/// Whether a plugin takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum PluginStatus {
    /// It answers.
    Active,
    /// Switched off for this tenant.
    Disabled,
    /// It asks for more than is granted: `FUNCTION` and `CAPABILITY:LIMIT` entries.
    WaitingForGrant {
        /// What is missing.
        missing: Vec<String>,
    },
    /// It could not be loaded, or clashes with another.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

/// An action whose breaker is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrippedAction {
    /// `player/account`.
    pub action: String,
    /// What its breaker does.
    #[serde(flatten)]
    pub breaker: BreakerState,
}

/// One plugin of a tenant.
#[derive(Debug, Clone, Serialize)]
pub struct PluginHealth {
    /// Its name; for a file that could not be read, the file's.
    pub name: String,
    /// Its version; empty when unknown.
    pub version: String,
    /// SHA-256 of its file; empty when unknown.
    pub digest: String,
    /// Where it comes from.
    pub source: PluginSource,
    /// Whether it takes part. A version that does not may stand beside an older one that does.
    #[serde(flatten)]
    pub status: PluginStatus,
    /// When it takes part: the breaker of its worst action.
    pub breaker: Option<BreakerState>,
    /// Its actions whose breaker is not closed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tripped: Vec<TrippedAction>,
    /// Its calls, when it takes part.
    pub calls: Option<CallCounts>,
}
