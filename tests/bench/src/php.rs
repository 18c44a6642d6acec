//! The sign-in of a panel in PHP, and `user/info` of its `api.php`: PHP-FPM with SQLite, tuned, behind nginx. The scripts
//! are `php/player_api.php` and `php/api.php`.
//! Knows its lines, nothing of the panel that is measured.

use crate::children::Server;
use crate::load::Ask;
use crate::nginx;
use crate::panel::{PASSWORD, customer};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where Debian and who builds it by hand put it; its name ends in the version.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];
/// Processes that answer: four for each processor took the least CPU of 2, 4, 8 and 16 in all. A connection that nginx
/// keeps to one of them took more than a new one for each request, and as many of them as clients.
const WORKERS: usize = 4;
/// What a tuned panel sets. Not the JIT: a request is so short that it costs more than it saves.
const SETTINGS: [&str; 2] = ["opcache.enable=1", "opcache.validate_timestamps=0"];

/// PHP-FPM's program, of the newest version that is installed.
pub(crate) fn program() -> Option<PathBuf> {
    let entries = FOLDERS.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let is_fpm = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("php-fpm"));
    entries.map(|entry| entry.path()).filter(is_fpm).max()
}

/// The scripts, by the names at which they are asked for.
const SCRIPTS: [(&str, &str); 2] =
    [("player_api.php", include_str!("../php/player_api.php")), ("api.php", include_str!("../php/api.php"))];

/// Starts it, and nginx in front of it, over a folder of its own, with lines `customer1`, `customer2`, …, and with the
/// `key` that opens `api.php`. The CPU of the server is that of both.
///
/// # Errors
/// When it has no SQLite (Debian: `php-sqlite3`), and when nginx or it does not start.
pub(crate) fn start(program: &Path, folder: &Path, lines: u32, key: &str) -> anyhow::Result<Server> {
    let (database, socket) = (folder.join("lines.db"), folder.join("php.sock"));
    for (name, script) in SCRIPTS {
        std::fs::write(folder.join(name), script)?;
    }
    fill(&database, lines)?;
    let config = folder.join("php-fpm.conf");
    std::fs::write(&config, pool(&socket))?;
    let mut php = Command::new(program);
    // As root its workers would become another user, who cannot enter a private folder.
    php.args(["--nodaemonize", "--allow-to-run-as-root", "--fpm-config"]).arg(&config);
    for setting in SETTINGS {
        php.args(["-d", setting]);
    }
    let server = nginx::serving(folder, &locations(folder, &database, &socket, key))?;
    let php = php.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let server = server.in_front_of(php.with_context(|| format!("{} does not start", program.display()))?);
    let ask = Ask::get(server.address, "/player_api.php", &[]);
    for _ in 0..100 {
        if socket.exists() && ask.once().is_ok_and(|answer| answer.status == 200) {
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("PHP-FPM does not answer; has it SQLite (Debian: php-sqlite3)?")
}

fn fill(path: &Path, lines: u32) -> anyhow::Result<()> {
    let mut database = rusqlite::Connection::open(path)?;
    database.execute_batch(include_str!("../php/lines.sql"))?;
    let filling = database.transaction()?;
    {
        let mut insert =
            filling.prepare("INSERT INTO lines (username, password, created_at) VALUES (?1, ?2, unixepoch())")?;
        for number in 1..=lines {
            insert.execute((customer(number), PASSWORD))?;
        }
    }
    filling.execute_batch(include_str!("../php/columns.sql"))?;
    Ok(filling.commit()?)
}

fn pool(socket: &Path) -> String {
    let workers = WORKERS * std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "[global]\nerror_log = /proc/self/fd/2\nlog_level = warning\n\
         [panel]\nuser = root\ngroup = root\nlisten = {}\nlisten.backlog = 1024\npm = static\n\
         pm.max_children = {workers}\n",
        socket.display()
    )
}

/// What nginx hands over: what the scripts read, and headers.
fn locations(folder: &Path, database: &Path, socket: &Path, key: &str) -> String {
    let (database, socket) = (database.display(), socket.display());
    let location = |(name, _): (&str, &str)| {
        let script = folder.join(name);
        format!(
            "location = /{name} {{ fastcgi_pass unix:{socket}; fastcgi_param SCRIPT_FILENAME {};\n\
             fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;\n\
             fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param DATABASE {database};\n\
             fastcgi_param API_PASS {key}; }}\n",
            script.display()
        )
    };
    SCRIPTS.into_iter().map(location).collect()
}
