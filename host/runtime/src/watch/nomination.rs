//! What the watcher tells of a file.

use std::path::PathBuf;

/// A file in a drop folder that is new or changed, or that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nomination {
    /// Worth loading.
    Ready {
        /// The tenant's name: the folder's.
        tenant: String,
        /// The file.
        path: PathBuf,
    },
    /// No longer there.
    Gone {
        /// The tenant's name.
        tenant: String,
        /// Where it was.
        path: PathBuf,
    },
}
