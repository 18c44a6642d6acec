//! What can be wrong with a plugin's folder or its build, each with what to do next.

use std::path::{Path, PathBuf};

/// Why nothing was packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the plugin is wrong.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and what to write instead.
        reason: String,
    },
    /// The module begins with too much memory.
    #[error(
        "{name}: the module begins with {pages} pages of memory, and a guest of its kind has at most {most}: keep big tables out of its data"
    )]
    Pages {
        /// The plugin.
        name: String,
        /// How many pages it has.
        pages: u64,
        /// How many it may have.
        most: u64,
    },
    /// The compiler cannot make guests.
    #[error("the Rust target {target} is missing and could not be added ({reason}): run `rustup target add {target}`")]
    Target {
        /// Which target.
        target: String,
        /// What rustup said.
        reason: String,
    },
    /// The compiler refused the guests; what it said is on the error output.
    #[error("cargo could not build the plugins: {0}")]
    Cargo(String),
}

impl PackError {
    pub(crate) fn at(folder: &Path, file: &str, reason: impl Into<String>) -> PackError {
        PackError::File { path: folder.join(file), reason: reason.into() }
    }
}
