//! A job: long work in chunks, with a progress row, resumable and cancellable.

use crate::time::Unix;
use crate::{JobId, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Chunks are left to do.
    #[default]
    Running,
    /// All done.
    Done,
    /// It stopped at an error; what was committed stays.
    Failed,
    /// Someone asked it to stop; the chunk under way is finished.
    Cancelled,
}

/// Long work. The cursor and the counts are committed together with each chunk's changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// What it does: `import_m3u`, `import_xmltv`, …
    pub kind: String,
    /// What it works on, for people.
    pub subject: String,
    /// Where it is.
    pub state: JobState,
    /// The next piece to do; its meaning belongs to the kind.
    pub cursor: u64,
    /// What was done, by name: `added`, `changed`, `unchanged`, `skipped:…`.
    pub counts: BTreeMap<String, u64>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it began.
    pub started_at: Unix,
    /// When it ended.
    pub ended_at: Option<Unix>,
}
