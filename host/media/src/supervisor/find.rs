//! Finds ffmpeg.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Whether and where to look for ffmpeg.
#[derive(Clone, Debug, Default)]
pub enum Detect {
    /// On the search path of this process, once.
    #[default]
    OnPath,
    /// This file.
    At(PathBuf),
    /// Not at all: what needs it is done without or not at all.
    Off,
}

impl Detect {
    /// The absolute path of ffmpeg, when it is there and may be run.
    pub(super) fn find(&self) -> Option<PathBuf> {
        match self {
            Detect::Off => None,
            Detect::At(path) => path.canonicalize().ok().filter(|path| may_run(path)),
            Detect::OnPath => env::split_paths(&env::var_os("PATH")?)
                .filter(|folder| folder.is_absolute())
                .map(|folder| folder.join("ffmpeg"))
                .find(|path| may_run(path)),
        }
    }
}

/// The program of this name that was installed together with that one.
pub(super) fn beside(program: &Path, name: &str) -> Option<PathBuf> {
    let path = program.parent()?.join(name);
    may_run(&path).then_some(path)
}

fn may_run(path: &Path) -> bool {
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}
