//! The program as a process on a data directory of its own: commands with their output, and a
//! `serve` that can be asked, killed and started again.

use crate::panel::PROGRAM;
use reqwest::header::HOST;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest wait for a process to say or do something; a test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A data directory with a configuration beside it.
pub struct Station {
    pub folder: TempDir,
}

/// What a command came to.
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The document that `--json` printed; the command must have been done.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}{}", self.err, self.out);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Station {
    pub fn new() -> Station {
        let folder = TempDir::new().unwrap();
        let config =
            "[limits]\nexempt = ['127.0.0.0/8']\n[outgoing]\nallow = ['127.0.0.0/8']\n[plugins]\nunsigned = true\n";
        std::fs::write(folder.path().join("linecard.toml"), config).unwrap();
        Station { folder }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file beside the data directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--data").arg(self.data()).arg("--config").arg(self.folder.path().join("linecard.toml"));
        command.args(arguments).env_remove("LINECARD_LOG").stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().unwrap())
    }

    /// Likewise, with a text on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut command = self.command(arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Outcome::of(child.wait_with_output().unwrap())
    }

    /// What a shell is told when it asks how a command goes on.
    pub fn completed(&self, words: &[&str]) -> Vec<String> {
        let mut command = Command::new(PROGRAM);
        command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        let output = command.arg("--").arg("linecard").args(words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Runs a command that must be done, with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).json()
    }

    /// Starts `serve` on free ports and waits until it listens.
    pub fn serve(&self) -> Serving {
        self.serve_logging("info")
    }

    /// Likewise, with a log filter.
    pub fn serve_logging(&self, filter: &str) -> Serving {
        let mut command = self.command(&SERVE);
        command.env("LINECARD_LOG", filter);
        listening(command)
    }

    /// Likewise, as a process that may open `most` files, and asks for fewer at first.
    pub fn serve_with_files(&self, most: u32) -> Serving {
        let panel = self.command(&SERVE);
        let mut command = Command::new("sh");
        let limits = format!("ulimit -Sn {} && ulimit -Hn {most} && exec \"$0\" \"$@\"", most / 2);
        command.arg("-c").arg(limits).arg(panel.get_program()).args(panel.get_args());
        command.env("LINECARD_LOG", "info").stdin(Stdio::null());
        listening(command)
    }
}

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"];

/// Starts a `serve` and waits until it listens.
fn listening(mut command: Command) -> Serving {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
    let (lines, heard) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let mut text = heard.0.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
            heard.1.notify_all();
        }
    });
    let mut serving = Serving { child, log, url: String::new(), management: String::new(), http: client() };
    serving.management = format!("http://{}", serving.address(": health and metrics address="));
    serving.url = format!("http://{}", serving.address(": listening address="));
    serving
}

/// A running `serve`; dropping it kills it.
pub struct Serving {
    child: Child,
    log: Arc<(Mutex<String>, Condvar)>,
    pub url: String,
    pub management: String,
    pub http: reqwest::Client,
}

impl Serving {
    /// What it wrote to standard error so far.
    pub fn log(&self) -> String {
        self.log.0.lock().unwrap().clone()
    }

    /// The address after this mark in the log; waits for it.
    fn address(&self, mark: &str) -> String {
        let line = self.line_with(mark);
        line.split(mark).nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// The first line of the log with this text; waits for it.
    pub fn line_with(&self, text: &str) -> String {
        let find = |log: &String| log.lines().find(|line| line.contains(text)).map(str::to_owned);
        let guard = self.log.0.lock().unwrap();
        let (log, _) = self.log.1.wait_timeout_while(guard, PATIENCE, |log| find(log).is_none()).unwrap();
        find(&log).unwrap_or_else(|| panic!("the log never said {text:?}:\n{}", *log))
    }

    /// GET of a path at a host.
    pub async fn get(&self, host: &str, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.url)).header(HOST, host).send().await.unwrap()
    }

    /// POST to a path at a host, with everything in its query.
    pub async fn post(&self, host: &str, path: &str) -> reqwest::Response {
        self.http.post(format!("{}{path}", self.url)).header(HOST, host).send().await.unwrap()
    }

    /// How many files it may open now.
    pub fn files(&self) -> u32 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let row = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        row.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Lets it open `most` files from now on, even if it has more open.
    pub fn limit_files(&self, most: u32) {
        let (process, limit) = (self.child.id().to_string(), format!("--nofile={most}:"));
        assert!(Command::new("prlimit").args(["--pid", &process, &limit]).status().unwrap().success());
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end. Returns how it ended and within what time.
    pub fn terminate(mut self) -> (ExitStatus, Duration, String) {
        let began = Instant::now();
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        };
        let took = began.elapsed();
        // Its last words come through a pipe that another thread reads.
        let (log, _) = self
            .log
            .1
            .wait_timeout_while(self.log.0.lock().unwrap(), Duration::from_secs(1), |log| {
                !log.contains("ended in order")
            })
            .unwrap();
        let log = log.clone();
        (status, took, log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with connections of its own.
pub fn client() -> reqwest::Client {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Makes a folder readable for the group as well.
pub fn expose(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o750)).unwrap();
}
