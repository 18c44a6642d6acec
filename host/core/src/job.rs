//! A job: long work in chunks, with a progress row, cancellable between chunks. One that ended
//! early is not taken up again: it is started anew, and what is done already costs no write.

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
    /// It stopped at an error, or its process ended; what was committed stays.
    Failed,
    /// Someone asked it to stop; the chunk under way is finished.
    Cancelled,
}

/// Long work. How far it came and the counts are committed together with each chunk's changes.
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
    /// How far it came, for people; of an import, the entries that were read.
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
