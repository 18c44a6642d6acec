//! The targets that guests are compiled for, and how a fresh machine gets them.

use crate::PackError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What guests are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// No WASI, the smallest guests: what shipped plugins are compiled for.
    Bare,
    /// A whole standard library, on the WASI that the host answers.
    Wasi,
}

impl Target {
    /// Both.
    pub const ALL: [Target; 2] = [Target::Bare, Target::Wasi];

    /// As the compiler calls it.
    pub fn triple(self) -> &'static str {
        match self {
            Target::Bare => "wasm32-unknown-unknown",
            Target::Wasi => "wasm32-wasip2",
        }
    }

    /// Rust has 1 MiB of stack by default, which alone is 16 pages to reset on every call. With this much, stack,
    /// data and a heap that an ordinary call does not outgrow are one page; a standard library takes more of each.
    pub(crate) fn stack_bytes(self) -> u32 {
        match self {
            Target::Bare => 16 << 10,
            Target::Wasi => 64 << 10,
        }
    }

    /// Most pages of 64 KiB that a guest begins with: each one is reset on every call. The shipped ones have one.
    pub(crate) fn most_pages(self) -> u64 {
        match self {
            Target::Bare => 2,
            Target::Wasi => 4,
        }
    }
}

/// Makes sure that the compiler of a workspace has the library of a target. Where it is missing,
/// rustup is asked for all targets at once, so that whatever needs the next one finds it there; and
/// by one process at a time, because two build scripts may run side by side and rustup fails then.
pub fn provide(workspace_root: &Path, target: Target) -> Result<(), PackError> {
    if is_there(workspace_root, target) {
        return Ok(());
    }
    let failed = |reason| PackError::Target { target: target.triple().to_owned(), reason };
    let toolchain = printed(workspace_root, &["sysroot"]).and_then(File::open);
    let _alone = toolchain
        .and_then(|folder| folder.lock().map(|()| folder))
        .map_err(|error| failed(format!("the folder of the compiler cannot be locked: {error}")))?;
    if is_there(workspace_root, target) {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add"]).args(Target::ALL.map(Target::triple)).current_dir(workspace_root);
    match rustup.output() {
        Ok(output) if output.status.success() && is_there(workspace_root, target) => Ok(()),
        Ok(output) => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Err(error) => Err(failed(format!("rustup does not run: {error}"))),
    }
}

fn is_there(workspace_root: &Path, target: Target) -> bool {
    printed(workspace_root, &["target-libdir", "--target", target.triple()]).is_ok_and(|library| library.is_dir())
}

/// A path that the compiler of a workspace prints of itself.
fn printed(workspace_root: &Path, what: &[&str]) -> io::Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--print").args(what).current_dir(workspace_root).output()?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
