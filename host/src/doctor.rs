//! `linecard doctor`: what on this machine helps or hinders a panel. Changes nothing.

use crate::config::Config;
use crate::descriptors;
use crate::panel::is_running;
use host_engine::MaxMind;
use host_http::check_certificates;
use rustix::process::{Resource, getrlimit};
use serde_json::{Value, json};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// Free bytes below which databases and logs soon cannot grow.
const FULL: u64 = 256 << 20;
/// Free bytes below which somebody should look.
const NEARLY_FULL: u64 = 2 << 30;
/// Open files that a small panel needs.
const FILES: u64 = 4_096;

/// How a thing is.
#[derive(Clone, Copy)]
enum State {
    Ok,
    /// A panel runs, but with less than it could have.
    Look,
    /// No panel runs like this.
    Problem,
}

/// One row per thing looked at: what, how it is, and what to do.
pub(crate) fn findings(data: &Path, config: Option<&Path>, addresses: &[SocketAddr]) -> Value {
    let (first, config) = configuration(config);
    let mut rows = vec![first, folder(data), space(data)];
    rows.extend(ports(data, &config, addresses));
    rows.extend(certificates(&config));
    rows.extend(media(&config));
    rows.extend([program("ffmpeg", "test pictures and created channels"), open_files(), address_space()]);
    rows.into()
}

/// Whether one of the rows keeps a panel from running.
pub(crate) fn has_problem(rows: &Value) -> bool {
    rows.as_array().into_iter().flatten().any(is_problem)
}

fn is_problem(row: &Value) -> bool {
    row.get("state").is_some_and(|state| state == "problem")
}

fn row(what: impl Into<String>, state: State, detail: impl Into<String>) -> Value {
    let state = match state {
        State::Ok => "ok",
        State::Look => "look",
        State::Problem => "problem",
    };
    json!({ "what": what.into(), "state": state, "detail": detail.into() })
}

fn configuration(path: Option<&Path>) -> (Value, Config) {
    let what = "configuration";
    match (path, Config::read(path)) {
        (None, _) => (row(what, State::Ok, "no file; every setting has its default"), Config::default()),
        (Some(path), Ok(config)) => (row(what, State::Ok, path.display().to_string()), config),
        (Some(_), Err(error)) => (row(what, State::Problem, format!("{error:#}")), Config::default()),
    }
}

fn folder(data: &Path) -> Value {
    use std::os::unix::fs::PermissionsExt;
    let what = "data folder";
    match std::fs::metadata(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let detail = format!("{} is not there yet; `linecard tenant create` makes it", data.display());
            row(what, State::Ok, detail)
        }
        Err(error) => row(what, State::Problem, format!("{} cannot be used: {error}", data.display())),
        Ok(metadata) if !metadata.is_dir() => row(what, State::Problem, format!("{} is no folder", data.display())),
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            row(what, State::Problem, format!("others can read {0}; `chmod 700 {0}`", data.display()))
        }
        Ok(_) => row(what, State::Ok, data.display().to_string()),
    }
}

fn space(data: &Path) -> Value {
    let what = "free space";
    let absolute = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let there = absolute.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let free = match rustix::fs::statvfs(there) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return row(what, State::Look, format!("{} cannot be asked: {error}", there.display())),
    };
    let detail = format!("{} MiB on the disk of {}", free >> 20, there.display());
    match free {
        ..FULL => row(what, State::Problem, format!("{detail}; make room before databases cannot be written")),
        FULL..NEARLY_FULL => row(what, State::Look, format!("{detail}; databases and logs grow")),
        _ => row(what, State::Ok, detail),
    }
}

/// Whether the addresses could be listened on, unless the panel of this folder does so already.
fn ports(data: &Path, config: &Config, addresses: &[SocketAddr]) -> Vec<Value> {
    let runs = is_running(data).unwrap_or(false);
    let further = config.listeners.iter().map(|listener| listener.address);
    let port = |address: SocketAddr| {
        let what = format!("address {address}");
        match TcpListener::bind(address) {
            Ok(_) => row(what, State::Ok, "free"),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && runs => {
                row(what, State::Ok, "taken; the panel of this folder runs")
            }
            Err(error) => row(what, State::Problem, format!("cannot be listened on: {error}{}", advice(&error))),
        }
    };
    addresses.iter().copied().chain(further).map(port).collect()
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "; end the program that has it, or choose another by --listen or --management",
        io::ErrorKind::AddrNotAvailable => "; it is no address of this machine",
        io::ErrorKind::PermissionDenied => "; ports below 1024 need the right CAP_NET_BIND_SERVICE",
        _ => "",
    }
}

/// Each file, and what is wrong with them together where all can be read.
fn certificates(config: &Config) -> Vec<Value> {
    let mut rows = Vec::new();
    for files in config.certificates() {
        let paths = files.iter().flat_map(|files| [&files.cert, &files.key]);
        let read: Vec<Value> = paths.map(|path| readable("certificate", path)).collect();
        let is_whole = !read.iter().any(is_problem);
        rows.extend(read);
        if is_whole {
            rows.push(match check_certificates(&files) {
                Ok(names) => row("host names", State::Ok, names.join(", ")),
                Err(error) => row("host names", State::Problem, error.to_string()),
            });
        }
    }
    rows
}

fn media(config: &Config) -> Vec<Value> {
    let media = &config.media;
    let root = media.root.as_deref().map(|root| match std::fs::read_dir(root) {
        Ok(_) => row("media root", State::Ok, root.display().to_string()),
        Err(error) => {
            let detail = format!("{} cannot be read: {error}; `file:` sources do not play", root.display());
            row("media root", State::Problem, detail)
        }
    });
    let databases = [("ISP database", &media.isp_database), ("country database", &media.country_database)];
    root.into_iter().chain(databases.map(|(what, path)| database(what, path.as_deref()))).collect()
}

fn database(what: &str, path: Option<&Path>) -> Value {
    let Some(path) = path else {
        return row(what, State::Ok, "none in [media]; rules that need it see an unknown one");
    };
    match MaxMind::open(Some(path), None) {
        Ok(_) => row(what, State::Ok, path.display().to_string()),
        Err(error) => {
            let detail = format!("{} is no MaxMind file that can be read: {error}", path.display());
            row(what, State::Problem, detail)
        }
    }
}

fn readable(what: &str, path: &Path) -> Value {
    match std::fs::read(path) {
        Ok(_) => row(what, State::Ok, path.display().to_string()),
        Err(error) => row(what, State::Problem, format!("{} cannot be read: {error}", path.display())),
    }
}

fn program(name: &str, purpose: &str) -> Value {
    match std::process::Command::new(name).arg("-version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            row(name, State::Ok, text.lines().next().unwrap_or_default())
        }
        _ => {
            let detail = format!("not installed; without it there are no {purpose} (`apt-get install {name}`)");
            row(name, State::Look, detail)
        }
    }
}

fn open_files() -> Value {
    let what = "open files";
    match descriptors::allowed() {
        Some(limit) if limit < FILES => {
            let detail = format!("{limit} allowed; each viewer needs one (`ulimit -Hn 65536`, or LimitNOFILE=65536)");
            row(what, State::Look, detail)
        }
        Some(limit) => row(what, State::Ok, format!("{limit} allowed; `serve` and `demo` take them all")),
        None => row(what, State::Ok, "any number allowed"),
    }
}

fn address_space() -> Value {
    let what = "address space";
    match getrlimit(Resource::As).current {
        Some(limit) => {
            row(what, State::Look, format!("limited to {limit} bytes; plugins then run on a slower allocator"))
        }
        None => row(what, State::Ok, "unlimited"),
    }
}
