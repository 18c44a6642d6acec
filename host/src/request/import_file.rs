//! A file that is imported: it says how far it has been read, and stops when nobody waits for it any more.

use super::watch::Watch;
use host_core::import::{ImportError, LeftOut, PlaylistEntry};
use host_import::{Limits, Text, m3u};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// A playlist that can be read more than once: each clone begins at the beginning of the file.
pub(super) struct Playlist(pub(super) Watched);

impl Clone for Playlist {
    fn clone(&self) -> Playlist {
        let Watched { file, total, watch, .. } = &self.0;
        Playlist(Watched { file: Arc::clone(file), done: 0, total: *total, watch: Arc::clone(watch) })
    }
}

impl IntoIterator for Playlist {
    type Item = Result<Result<PlaylistEntry, LeftOut>, ImportError>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        match Text::from_reader(self.0, Limits::default()) {
            Ok(text) => Box::new(m3u::entries(text)),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

/// A file that says how far it has been read. The open file is shared and the place in it is
/// not: a file that is replaced meanwhile does not change what is read.
pub(super) struct Watched {
    file: Arc<File>,
    done: u64,
    total: u64,
    watch: Arc<dyn Watch>,
}

impl Watched {
    pub(super) fn open(path: &Path, watch: &Arc<dyn Watch>) -> Result<Watched, ImportError> {
        let unreadable = |error: std::io::Error| ImportError::Io(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(ImportError::Io(format!("{}: an import reads regular files only", path.display())));
        }
        Ok(Watched { file: Arc::new(file), done: 0, total: metadata.len(), watch: Arc::clone(watch) })
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.watch.goes_on() {
            return Err(std::io::Error::other("the import was cancelled"));
        }
        let count = self.file.read_at(buffer, self.done)?;
        self.done += count as u64;
        self.watch.at(self.done, self.total);
        Ok(count)
    }
}
