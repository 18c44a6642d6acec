//! One child process: own group, clean environment, limits, output, end. It ends with this process,
//! however that ends.
#![allow(unsafe_code)]

use super::progress::{self, Progress};
use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, set_parent_process_death_signal, setrlimit};
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Output is read in pieces of at most this many bytes.
const PIECE_BYTES: usize = 64 << 10;

/// What a child may use. A kind of work names its own, because what is plenty for one starves another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Seconds of processor; none for work without an end.
    pub(crate) processor: Option<u64>,
    /// Bytes of address space; none where a graphics card is mapped.
    pub(crate) memory: Option<u64>,
    /// Open files.
    pub(crate) files: u64,
    /// Bytes of a file that it writes.
    pub(crate) written: u64,
}

impl Limits {
    fn each(self) -> [(Resource, Option<u64>); 5] {
        [
            (Resource::Cpu, self.processor),
            (Resource::As, self.memory),
            (Resource::Nofile, Some(self.files)),
            (Resource::Fsize, Some(self.written)),
            (Resource::Core, Some(0)),
        ]
    }
}

/// What a child has as its standard input.
pub(super) enum Stdin {
    /// Nothing.
    Empty,
    /// A file.
    File(File),
    /// What [`Child::input`] is given.
    Fed,
}

/// A running child. Dropping it kills its group; [`Child::reap`] also waits.
pub(super) struct Child {
    process: tokio::process::Child,
    group: Option<Pid>,
    input: Option<ChildStdin>,
    output: ChildStdout,
    complaint: JoinHandle<String>,
    progress: Arc<Mutex<Progress>>,
    buffer: BytesMut,
}

impl Child {
    /// Starts a program. Its environment has nothing but a `mark`, by which it is found should it ever be left behind.
    /// It is killed when the thread that calls this ends, so that is one that lives as long as the process.
    pub(super) fn start(
        program: &Path,
        arguments: &[String],
        limits: Limits,
        stdin: Stdin,
        mark: Option<&(String, String)>,
    ) -> io::Result<Child> {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().current_dir("/").process_group(0);
        command.envs(mark.map(|(name, value)| (name, value)));
        command.stdin(match stdin {
            Stdin::Empty => Stdio::null(),
            Stdin::File(file) => file.into(),
            Stdin::Fed => Stdio::piped(),
        });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let parent = rustix::process::getpid();
        let prepare = move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if rustix::process::getppid() != Some(parent) {
                return Err(io::ErrorKind::NotConnected.into());
            }
            for (resource, most) in limits.each() {
                setrlimit(resource, Rlimit { current: most, maximum: most })?;
            }
            Ok(())
        };
        // SAFETY: between fork and exec only system calls are made; nothing is allocated or locked.
        unsafe { command.pre_exec(prepare) };
        let mut process = tokio::process::Command::from(command).kill_on_drop(true).spawn()?;
        let group = process.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let (Some(output), Some(errors)) = (process.stdout.take(), process.stderr.take()) else {
            return Err(io::Error::other("the child has no output"));
        };
        let progress = Arc::<Mutex<Progress>>::default();
        let reported = progress.clone();
        let complaint = tokio::spawn(async move { progress::read(errors, &reported).await });
        let input = process.stdin.take();
        Ok(Child { process, group, input, output, complaint, progress, buffer: BytesMut::new() })
    }

    /// Its number; 0 when it has ended.
    pub(super) fn pid(&self) -> u32 {
        self.process.id().unwrap_or(0)
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Arc<Mutex<Progress>> {
        self.progress.clone()
    }

    /// What it is fed by, once.
    pub(super) fn input(&mut self) -> Option<ChildStdin> {
        self.input.take()
    }

    /// The next bytes it writes; `None` when it closed its output. Nothing is lost when this is dropped.
    pub(super) async fn output(&mut self) -> Option<Bytes> {
        self.buffer.reserve(PIECE_BYTES);
        match self.output.read_buf(&mut self.buffer).await {
            Ok(1..) => Some(self.buffer.split().freeze()),
            _ => None,
        }
    }

    /// Kills what is left of its group, waits for its end, and gives what it complained about.
    pub(super) async fn reap(mut self) -> String {
        self.kill();
        let _ = self.process.wait().await;
        self.group = None;
        // Who left the group may hold the other end open; that must not keep us.
        let complaint = timeout(Duration::from_secs(1), &mut self.complaint).await;
        complaint.ok().and_then(Result::ok).unwrap_or_default()
    }

    fn kill(&self) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
        self.complaint.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor::progress::COMPLAINT_BYTES;

    const LIMITS: Limits = Limits { processor: None, memory: Some(2 << 30), files: 64, written: 0 };

    fn shell(script: &str) -> Child {
        Child::start(Path::new("/bin/sh"), &["-c".into(), script.into()], LIMITS, Stdin::Empty, None).unwrap()
    }

    async fn all(child: &mut Child) -> String {
        let mut text = Vec::new();
        while let Some(bytes) = child.output().await {
            text.extend_from_slice(&bytes);
        }
        String::from_utf8(text).unwrap()
    }

    #[tokio::test]
    async fn a_child_sees_no_environment_and_has_its_limits() {
        let mut child = shell("ulimit -v; ulimit -n; ulimit -c; ulimit -f; ulimit -t; env");
        let text = all(&mut child).await;
        assert!(text.starts_with("2097152\n64\n0\n0\nunlimited\n"), "{text}");
        assert!(!text.contains("PATH=") && !text.contains("HOME=") && !text.contains("CARGO"), "{text}");
        child.reap().await;
    }

    #[tokio::test]
    async fn the_end_takes_the_whole_group_and_leaves_no_zombie() {
        let mut child = shell("sleep 600 & echo $!; wait");
        let grandchild = String::from_utf8(child.output().await.unwrap().to_vec()).unwrap();
        let own = child.process.id().unwrap();
        child.reap().await;
        assert!(!Path::new(&format!("/proc/{own}")).exists(), "not reaped");
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", grandchild.trim())).unwrap_or_default();
        for _ in 0..100 {
            // An orphan may stay as a zombie where nobody reaps for it; it must not run.
            if state().is_empty() || state().contains(" Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("a grandchild runs on: {}", state());
    }

    #[tokio::test]
    async fn endless_complaints_are_read_and_only_64_kib_are_kept() {
        let mut child = shell("i=0; while [ $i -lt 3000 ]; do printf '%0100d' 0 >&2; i=$((i+1)); done; exec 2>&-");
        all(&mut child).await;
        let _ = child.process.wait().await;
        assert_eq!(child.reap().await.len(), COMPLAINT_BYTES);
    }
}
