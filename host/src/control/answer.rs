//! What a panel answers to a request: one JSON line at the end, with progress lines before it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// How much of the file was read; more lines follow.
    Progress {
        /// Bytes read so far.
        done: u64,
        /// Bytes of the file.
        total: u64,
    },
    /// It is done; the last line. The value is what `--json` prints.
    Done {
        /// The result.
        value: Value,
    },
    /// It was refused or failed; the last line.
    Failed {
        /// One sentence that says what to do.
        message: String,
    },
}
