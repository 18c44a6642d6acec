//! A `serve` that is sent signals while it runs, and whose log, in either form, is a file.

use crate::panel::PROGRAM;
use crate::process::Station;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for a line of the log; a test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `serve`; dropping it kills it.
pub struct Daemon {
    child: Child,
    log: PathBuf,
    pub address: SocketAddr,
}

impl Daemon {
    /// Starts it with the station's configuration and the default filter, and waits until it listens.
    pub fn start(station: &Station) -> Daemon {
        let folder = station.folder.path();
        let log = folder.join("serve.log");
        let child = Command::new(PROGRAM)
            .arg("--data")
            .arg(station.data())
            .arg("--config")
            .arg(folder.join("linecard.toml"))
            .args(["serve", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"])
            .env_remove("LINECARD_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut daemon = Daemon { child, log, address: "127.0.0.1:0".parse().unwrap() };
        let line = daemon.line_with("listening");
        let (_, address) = line.split_once("127.0.0.1:").unwrap();
        let port: String = address.chars().take_while(char::is_ascii_digit).collect();
        daemon.address.set_port(port.parse().unwrap());
        daemon
    }

    /// What it wrote to standard error so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The first line of the log with this text; waits for it.
    pub fn line_with(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let log = self.log();
            // A line is whole when it ends.
            let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
            if let Some(line) = whole.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "the log never said {text:?}:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends it a signal: `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
