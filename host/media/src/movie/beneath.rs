//! Opens a regular file below a folder, whatever links and dots a path or another process puts in the
//! way. Links that stay inside are followed: libraries are built of them.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path};

/// The file and its facts. The root itself may be a link. A way that leads out is answered as
/// if nothing were there.
///
/// # Errors
/// `NotFound`, `InvalidInput` for a path that is none below a folder, else what the system says.
pub fn open(root: &Path, relative: &Path) -> io::Result<(File, Metadata)> {
    let is_clean = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_clean || relative.as_os_str().is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let root = Dir::open_ambient_dir(root, ambient_authority())?;
    // A pipe or a device must not make the open wait; only regular files are read afterwards.
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let file = root.open_with(relative, &options).map_err(as_missing)?.into_std();
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, facts))
}

/// What is ours to mend stays what it is: too many open files, a disk that fails.
fn as_missing(error: io::Error) -> io::Error {
    let is_missing = match error.kind() {
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied => true,
        // Links that go round, and a socket.
        _ => {
            error.raw_os_error().is_some_and(|code| [Errno::LOOP, Errno::NXIO].map(Errno::raw_os_error).contains(&code))
        }
    };
    if is_missing { io::ErrorKind::NotFound.into() } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn house() -> tempfile::TempDir {
        let house = tempfile::tempdir().unwrap();
        let media = house.path().join("media");
        fs::create_dir_all(media.join("films/new")).unwrap();
        fs::write(media.join("films/a.mp4"), b"film").unwrap();
        fs::write(house.path().join("secret"), b"secret").unwrap();
        symlink(house.path().join("secret"), media.join("link")).unwrap();
        symlink("../../secret", media.join("films/out")).unwrap();
        symlink(house.path(), media.join("up")).unwrap();
        symlink("round", media.join("round")).unwrap();
        symlink("films/a.mp4", media.join("inside")).unwrap();
        symlink("../a.mp4", media.join("films/new/back")).unwrap();
        symlink("films", media.join("shelf")).unwrap();
        house
    }

    #[test]
    fn files_below_the_root_open_also_through_links_that_stay_inside() {
        let house = house();
        for path in ["films/a.mp4", "inside", "films/new/back", "shelf/a.mp4", "shelf/new/back"] {
            let opened = open(&house.path().join("media"), Path::new(path));
            assert_eq!(opened.map(|(_, facts)| facts.len()).ok(), Some(4), "{path}");
        }
    }

    #[test]
    fn every_way_out_and_what_is_no_file_is_missing() {
        let house = house();
        for path in ["../secret", "films/../../secret", "/etc/passwd", "", "."] {
            let error = open(&house.path().join("media"), Path::new(path)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path}");
        }
        for path in ["link", "films/out", "up/secret", "round", "films", "films/a.mp4/b", "none"] {
            let error = open(&house.path().join("media"), Path::new(path)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{path}");
        }
    }

    #[test]
    fn a_pipe_neither_opens_nor_blocks() {
        let house = house();
        let pipe = house.path().join("media/pipe.mp4");
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(open(&house.path().join("media"), Path::new("pipe.mp4")).is_err());
    }
}
