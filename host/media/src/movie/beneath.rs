//! Opens a regular file below a folder, whatever links and dots a path or another process puts in
//! the way. Knows nothing of media.

use rustix::fs::{Mode, OFlags, ResolveFlags, open as open_folder, openat, openat2};
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

/// A pipe or a device must not make the open wait; only regular files are read afterwards.
const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOFOLLOW);
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

/// The file and its facts. The root itself may be a link; below it nothing may.
pub(super) fn open(root: &Path, relative: &Path) -> io::Result<(File, Metadata)> {
    let is_clean = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_clean || relative.as_os_str().is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let root = open_folder(root, FOLDER, Mode::empty())?;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let opened = match openat2(&root, relative, FLAGS, Mode::empty(), resolve) {
        // Old kernels and some sandboxes do not have the call.
        Err(Errno::NOSYS | Errno::PERM) => walk(root, relative),
        opened => opened,
    };
    let file = File::from(opened.map_err(as_missing)?);
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, facts))
}

/// The same, one folder at a time, each opened without following a link.
fn walk(root: OwnedFd, relative: &Path) -> Result<OwnedFd, Errno> {
    let mut folder = root;
    let mut parts = relative.components().peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return openat(&folder, part.as_os_str(), FLAGS, Mode::empty());
        }
        folder = openat(&folder, part.as_os_str(), FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
    }
    Err(Errno::NOENT)
}

/// A way that leads out, or through a link, is answered as if nothing were there.
fn as_missing(error: Errno) -> io::Error {
    match error {
        Errno::LOOP | Errno::XDEV | Errno::NOTDIR | Errno::NXIO | Errno::MLINK => io::ErrorKind::NotFound.into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn house() -> tempfile::TempDir {
        let house = tempfile::tempdir().unwrap();
        fs::create_dir_all(house.path().join("media/films")).unwrap();
        fs::write(house.path().join("media/films/a.mp4"), b"film").unwrap();
        fs::write(house.path().join("secret"), b"secret").unwrap();
        symlink(house.path().join("secret"), house.path().join("media/link")).unwrap();
        symlink("films/a.mp4", house.path().join("media/inside")).unwrap();
        symlink(house.path(), house.path().join("media/up")).unwrap();
        symlink("films", house.path().join("media/shelf")).unwrap();
        house
    }

    #[test]
    fn files_below_the_root_open_and_every_way_out_is_missing() {
        let house = house();
        let root = house.path().join("media");
        assert_eq!(open(&root, Path::new("films/a.mp4")).unwrap().1.len(), 4);
        for path in [
            "../secret",
            "link",
            "inside",
            "up/secret",
            "shelf/a.mp4",
            "films/../../secret",
            "/etc/passwd",
            "",
            "films",
            ".",
        ] {
            assert!(open(&root, Path::new(path)).is_err(), "{path}");
        }
    }

    #[test]
    fn without_the_new_system_call_the_walk_refuses_the_same() {
        let house = house();
        let walk = |path: &str| {
            let root = open_folder(house.path().join("media"), FOLDER, Mode::empty()).unwrap();
            walk(root, Path::new(path))
        };
        assert!(walk("films/a.mp4").is_ok());
        for path in ["link", "inside", "up/secret", "shelf/a.mp4"] {
            assert!(walk(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_pipe_neither_opens_nor_blocks() {
        let house = house();
        let pipe = house.path().join("media/pipe.mp4");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert!(open(&house.path().join("media"), Path::new("pipe.mp4")).is_err());
    }
}
