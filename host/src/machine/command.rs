//! The operator's command for a reload: a program with its arguments, as they stand in the configuration. No shell reads it,
//! and nothing of a request gets into it.

use host_core::port::MachineError;
use std::process::Stdio;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Longest that it may take; then it is killed.
const LONGEST: Duration = Duration::from_secs(10);

/// A command, one run of it at a time.
pub(super) struct Command {
    words: Vec<String>,
    running: Mutex<()>,
}

impl Command {
    /// The program and its arguments; empty is no command.
    pub(super) fn new(words: Vec<String>) -> Command {
        Command { words, running: Mutex::default() }
    }

    /// Runs it to its end. False where there is none.
    pub(super) async fn run(&self) -> Result<bool, MachineError> {
        let Some((program, arguments)) = self.words.split_first() else { return Ok(false) };
        let told = |message: &str| MachineError(message.to_owned());
        let Ok(_running) = self.running.try_lock() else {
            return Err(told("The operator's command runs already; wait until it has ended."));
        };
        let mut command = tokio::process::Command::new(program);
        let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = command.kill_on_drop(true).spawn().map_err(|error| {
            tracing::warn!(%error, program, "the command of [http] reload_command cannot be started");
            told("The operator's command cannot be started.")
        });
        match timeout(LONGEST, started?.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(true),
            Ok(Ok(status)) => {
                tracing::warn!(%status, program, "the command of [http] reload_command failed");
                Err(told("The operator's command failed; the log says how it ended."))
            }
            Ok(Err(_)) => Err(told("The operator's command was lost.")),
            Err(_) => Err(told("The operator's command took longer than ten seconds, and was ended.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> Command {
        Command::new(words.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn it_is_run_as_it_stands_there_and_no_shell_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a $(id) b");
        assert_eq!(command(&["touch", path.to_str().unwrap()]).run().await, Ok(true));
        assert!(path.exists());
        assert_eq!(command(&[]).run().await, Ok(false));
    }

    #[tokio::test]
    async fn one_that_fails_or_is_not_there_is_told() {
        assert!(command(&["false"]).run().await.unwrap_err().0.contains("failed"));
        assert!(command(&["/nothing/here"]).run().await.unwrap_err().0.contains("started"));
        let slow = command(&["sleep", "0.5"]);
        let (first, second) = tokio::join!(slow.run(), slow.run());
        assert_eq!(first, Ok(true));
        assert!(second.unwrap_err().0.contains("already"));
    }
}
