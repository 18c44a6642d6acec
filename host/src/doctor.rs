//! `linecard doctor`: what on this machine helps or hinders a panel. Changes nothing.

use serde_json::{Value, json};
use std::path::Path;

/// One row per thing looked at: what, whether it is well, and what to do.
pub(crate) fn findings(data: &Path) -> Value {
    json!([program("ffmpeg", "test pictures and created channels"), folder(data), descriptors(), address_space()])
}

fn row(what: &str, well: bool, detail: impl Into<String>) -> Value {
    json!({ "what": what, "state": if well { "ok" } else { "look" }, "detail": detail.into() })
}

fn program(name: &str, purpose: &str) -> Value {
    match std::process::Command::new(name).arg("-version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            row(name, true, text.lines().next().unwrap_or_default())
        }
        _ => row(name, false, format!("not installed; without it there are no {purpose} (`apt-get install {name}`)")),
    }
}

fn folder(data: &Path) -> Value {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(data) {
        Err(_) => {
            row("data folder", true, format!("{} is not there yet; `linecard tenant create` makes it", data.display()))
        }
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            row("data folder", false, format!("others can read {0}; `chmod 700 {0}`", data.display()))
        }
        Ok(_) => row("data folder", true, data.display().to_string()),
    }
}

fn descriptors() -> Value {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        Some(limit) if limit < 4_096 => {
            row("open files", false, format!("{limit} allowed; each viewer needs one (`ulimit -n 65536`)"))
        }
        Some(limit) => row("open files", true, format!("{limit} allowed")),
        None => row("open files", true, "any number allowed"),
    }
}

fn address_space() -> Value {
    match rustix::process::getrlimit(rustix::process::Resource::As).current {
        Some(limit) => {
            row("address space", false, format!("limited to {limit} bytes; plugins then run on a slower allocator"))
        }
        None => row("address space", true, "unlimited"),
    }
}
