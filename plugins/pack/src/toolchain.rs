//! The targets that guests are compiled for, and how a fresh machine gets them.

use crate::PackError;
use std::path::Path;
use std::process::Command;

/// What shipped plugins are compiled for: no WASI, the smallest guests.
pub const GUEST_TARGET: &str = "wasm32-unknown-unknown";
/// What guests with a whole standard library are compiled for.
pub const WASI_TARGET: &str = "wasm32-wasip2";

/// Makes sure that the compiler of a workspace has the library of a target. Where it is missing,
/// rustup is asked for all targets at once, so that whatever needs the next one finds it there.
pub fn provide(workspace_root: &Path, target: &str) -> Result<(), PackError> {
    if is_there(workspace_root, target) {
        return Ok(());
    }
    let failed = |reason| PackError::Target { target: target.to_owned(), reason };
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", GUEST_TARGET, WASI_TARGET]).current_dir(workspace_root);
    match rustup.output() {
        Ok(output) if output.status.success() && is_there(workspace_root, target) => Ok(()),
        Ok(output) => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Err(error) => Err(failed(format!("rustup does not run: {error}"))),
    }
}

fn is_there(workspace_root: &Path, target: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked =
        Command::new(rustc).args(["--print", "target-libdir", "--target", target]).current_dir(workspace_root).output();
    asked.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}
