//! Why a file is not a plugin.

/// Largest plugin file in bytes.
pub(crate) const MAX_FILE: usize = 16 << 20;

/// Most bytes of a sentence that quotes a file.
pub(crate) const QUOTED: usize = 512;

/// Why a file is not a plugin; each is one sentence for the person who brought the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// Too large.
    #[error("the file has {0} bytes; a plugin has at most {MAX_FILE}")]
    TooLarge(usize),
    /// Something else than a component.
    #[error(
        "the file is {0}, not a plugin: a plugin is a packed WebAssembly component (the crate linecard-pack makes one of a plugin's folder)"
    )]
    NotComponent(&'static str),
    /// Cut off, or changed after it was packed.
    #[error("the file is incomplete or was changed after it was packed: {0}; copy it again")]
    Incomplete(&'static str),
    /// The manifest is wrong.
    #[error("plugin.toml: {0}")]
    Manifest(String),
    /// The description is wrong.
    #[error("the description of the actions: {0}")]
    Description(String),
    /// The static files are wrong.
    #[error("the static files: {0}")]
    Assets(String),
    /// The component itself is malformed or uses what the host does not run.
    #[error("the component cannot be used: {0}")]
    Invalid(String),
    /// A size limit.
    #[error("the component has {found} {what}; at most {most} are allowed")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are allowed.
        most: usize,
    },
    /// It imports WASI that is not even answered emptily.
    #[error(
        "the component imports {0}; of WASI there are only {answered}: ask a capability of the host instead",
        answered = linecard_package::wasi::ANSWERED
    )]
    Wasi(String),
    /// It imports something that is not a function of a capability.
    #[error("the component imports {0}, which is no capability of this host")]
    Foreign(String),
}
