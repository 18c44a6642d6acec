//! The texts in a plugin's folder.

use crate::PackError;
use std::path::Path;

pub(crate) fn read(path: &Path) -> Result<String, PackError> {
    std::fs::read_to_string(path).map_err(|source| PackError::Io { path: path.into(), source })
}
