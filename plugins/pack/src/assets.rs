//! The static files of a plugin: pages, scripts, pictures. They stand in the plugin's file as a tar archive, and the
//! host sends them without asking the guest.

use crate::PackError;
use std::path::{Path, PathBuf};

/// The folder's files as a tar archive, in the order of their names and without times and owners, so that the same
/// files make the same bytes. None when there is no such folder.
pub(crate) fn archive(folder: &Path) -> Result<Option<Vec<u8>>, PackError> {
    let root = folder.join("assets");
    if !root.is_dir() {
        return Ok(None);
    }
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| PackError::Io { path, source }
    };
    let mut files = Vec::new();
    collect(&root, &mut files).map_err(io(&root))?;
    files.sort();
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let bytes = std::fs::read(&file).map_err(io(&file))?;
        let name = file.strip_prefix(&root).unwrap_or(&file);
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice()).map_err(io(&file))?;
    }
    archive.into_inner().map(Some).map_err(io(&root))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}
