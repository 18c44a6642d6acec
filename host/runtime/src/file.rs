//! Plugin files on disk: read without being led elsewhere, written whole or not at all.

use crate::load_error::LoadError;
use crate::package_error::MAX_FILE;
use bytes::Bytes;
use rustix::fs::OFlags;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Runs file work and hashing off the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(LoadError::Trial(error.to_string())))
}

/// A plugin file, never more of it than a plugin may have. Whatever is put in its place meanwhile, no link is
/// followed, and no pipe or device is waited for.
pub(crate) fn read(path: &Path) -> io::Result<Bytes> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Writes beside, then renames: a file is whole or not there. The file beside has a name that nobody else uses,
/// because two tenants may bring the same plugin at once.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Only its owner may read it, and it goes when it cannot be kept.
    let mut file = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Removes a file. It is not an error when there is no such file.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what a folder has and nothing needs any more; a folder that is not there has nothing. Folders in it
/// stay. How many bytes that were.
pub(crate) fn sweep(folder: &Path, is_needed: impl Fn(&str) -> bool) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut freed = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_file() && !name.to_str().is_some_and(&is_needed) {
            let bytes = entry.metadata()?.len();
            remove(&entry.path())?;
            freed += bytes;
        }
    }
    Ok(freed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn the_same_file_is_written_by_many_at_once_and_is_whole_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = (folder.path().join("plugins/digest.wasm"), vec![7; 1 << 20]);
        for _ in 0..20 {
            let together = Barrier::new(4);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        together.wait();
                        write(&path, &bytes).unwrap();
                    });
                }
            });
            assert!(fs::read(&path).unwrap() == bytes);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_link_is_not_followed_and_a_pipe_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("real"), "bytes").unwrap();
        assert_eq!(read(&at("real")).unwrap(), "bytes");
        std::os::unix::fs::symlink(at("real"), at("link")).unwrap();
        assert!(read(&at("link")).is_err());
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(read(&at("pipe")).unwrap_err().to_string().contains("regular"));
    }

    #[test]
    fn a_sweep_takes_what_nothing_needs() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("waiting")).unwrap();
        for name in ["a.wasm", "b.wasm", ".c.new"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        sweep(folder.path(), |name| name == "a.wasm").unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.wasm", "waiting"]);
        assert!(sweep(&folder.path().join("none"), |_| true).is_ok());
    }
}
