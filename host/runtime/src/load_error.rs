//! Why a plugin is not loaded.

use crate::compile::CompileError;
use crate::package_error::PackageError;

/// Why a plugin is not loaded. Each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not a plugin.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It asks for what this host does not have.
    #[error("it imports {}, which this host does not have; it was built for another version", .0.join(", "))]
    Unknown(Vec<String>),
    /// It asks for what was not granted.
    #[error("it waits for a grant of {}", .0.join(", "))]
    NotGranted(Vec<String>),
    /// It does not fit together with the host.
    #[error("it cannot be linked: {0}")]
    Link(String),
    /// It does not answer what its description says.
    #[error("its description and its component differ: {0}")]
    Description(String),
    /// It failed in its trial run.
    #[error("it failed when it was tried: {0}")]
    Trial(String),
    /// It clashes with another plugin of the tenant.
    #[error("{0}")]
    Clash(String),
    /// Its file cannot be read or kept.
    #[error("its file cannot be read or kept: {0}")]
    File(#[from] std::io::Error),
    /// There is no room for its trial run just now.
    #[error("the panel is too busy to try it; it is tried again")]
    Busy,
    /// Foreign plugins are switched off.
    #[error("only shipped plugins are allowed; set `[plugins] unsigned=true` to run foreign ones")]
    Unsigned,
    /// The host failed.
    #[error(transparent)]
    Engine(#[from] host_engine::Error),
}

impl LoadError {
    /// Whether it may go by itself, so that the same file is worth another try.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            LoadError::Busy | LoadError::File(_) => true,
            LoadError::Compile(error) => error.is_passing(),
            LoadError::Engine(error) => !matches!(error, host_engine::Error::Refusal(_)),
            _ => false,
        }
    }
}
