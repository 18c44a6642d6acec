//! The targets that guests are compiled for, and how a fresh machine gets them.

use crate::PackError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What shipped plugins are compiled for: no WASI, the smallest guests.
pub const GUEST_TARGET: &str = "wasm32-unknown-unknown";
/// What guests with a whole standard library are compiled for.
pub const WASI_TARGET: &str = "wasm32-wasip2";

/// Makes sure that the compiler of a workspace has the library of a target. Where it is missing,
/// rustup is asked for all targets at once, so that whatever needs the next one finds it there; and
/// by one process at a time, because two build scripts may run side by side and rustup fails then.
pub fn provide(workspace_root: &Path, target: &str) -> Result<(), PackError> {
    if is_there(workspace_root, target) {
        return Ok(());
    }
    let failed = |reason| PackError::Target { target: target.to_owned(), reason };
    let toolchain = printed(workspace_root, &["sysroot"]).and_then(File::open);
    let _alone = toolchain
        .and_then(|folder| folder.lock().map(|()| folder))
        .map_err(|error| failed(format!("the folder of the compiler cannot be locked: {error}")))?;
    if is_there(workspace_root, target) {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", GUEST_TARGET, WASI_TARGET]).current_dir(workspace_root);
    match rustup.output() {
        Ok(output) if output.status.success() && is_there(workspace_root, target) => Ok(()),
        Ok(output) => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Err(error) => Err(failed(format!("rustup does not run: {error}"))),
    }
}

fn is_there(workspace_root: &Path, target: &str) -> bool {
    printed(workspace_root, &["target-libdir", "--target", target]).is_ok_and(|library| library.is_dir())
}

/// A path that the compiler of a workspace prints of itself.
fn printed(workspace_root: &Path, what: &[&str]) -> io::Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--print").args(what).current_dir(workspace_root).output()?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
