//! The servers that are measured: processes of their own, so that only their CPU counts.

use crate::cpu;
use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it tells of its health, if it does.
    management: Option<SocketAddr>,
    /// Who answers for it, where it only passes on.
    behind: Option<Child>,
}

impl Server {
    /// A panel on a data directory.
    pub(crate) fn panel(data: &Path, native: bool) -> anyhow::Result<Server> {
        let mut command = this_program()?;
        command.arg("serve-panel").arg(data);
        if native {
            command.arg("--native");
        }
        Server::start(command)
    }

    /// A panel whose log goes to a file.
    pub(crate) fn panel_with_log(data: &Path, log: &Path) -> anyhow::Result<Server> {
        let mut command = this_program()?;
        command.arg("serve-panel").arg(data).stderr(File::create(log)?);
        Server::start(command)
    }

    /// The baselines, with files to serve from memory.
    pub(crate) fn baseline(files: &[&Path]) -> anyhow::Result<Server> {
        let mut command = this_program()?;
        command.arg("serve-baseline").args(files);
        Server::start(command)
    }

    /// A program that prints its address as the first line, and behind it where it tells of its health.
    fn start(mut command: Command) -> anyhow::Result<Server> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("a server did not start")?;
        let mut line = String::new();
        let out = child.stdout.take().context("no standard output")?;
        BufReader::new(out).read_line(&mut line)?;
        ensure!(!line.is_empty(), "a server ended before it listened");
        let mut addresses = line.split_ascii_whitespace().map(str::parse);
        let address = addresses.next().context("no address")?.with_context(|| format!("{line:?} is no address"))?;
        Ok(Server { child, address, management: addresses.next().transpose()?, behind: None })
    }

    /// A server that was started otherwise.
    pub(crate) fn of(child: Child, address: SocketAddr) -> Server {
        Server { child, address, management: None, behind: None }
    }

    /// With the process that answers for it: its CPU counts, and it ends as well.
    pub(crate) fn in_front_of(mut self, behind: Child) -> Server {
        self.behind = Some(behind);
        self
    }

    /// Where it tells of its health.
    pub(crate) fn management(&self) -> anyhow::Result<SocketAddr> {
        self.management.context("this server tells nothing of its health")
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// On-CPU time of all its processes.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let behind = self.behind.as_ref().map_or(Ok(Duration::ZERO), |behind| cpu::of_process(behind.id()));
        Ok(cpu::of_process(self.pid())? + behind?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in std::iter::once(&mut self.child).chain(&mut self.behind) {
            // Asked, not killed: nginx and PHP-FPM end their workers themselves.
            let asked = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            let asked = asked.map(|pid| kill_process(pid, Signal::TERM));
            if !matches!(asked, Some(Ok(()))) {
                let _ = child.kill();
            }
            let _ = child.wait();
        }
    }
}

fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe().context("the running program cannot be found again")?))
}
