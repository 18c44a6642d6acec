//! Children that an earlier run of the process left behind. The system kills a child with its parent; this is for the
//! one that slipped through, on a system that does not, or between two steps of its start.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs;
use std::path::Path;

/// The name of the mark in the environment of a child.
pub(super) const MARK: &str = "LINECARD_CHILD_OF";

/// Ends every process that has this mark and is no child of this process. Whoever has the mark is the only process of
/// its data folder, so nobody else's children have it. Returns how many there were.
pub(super) fn end(mark: &str) -> usize {
    let wanted = format!("{MARK}={mark}");
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    folders.filter(|folder| is_orphan(folder, wanted.as_bytes()) && kill(folder).is_some()).count()
}

fn is_orphan(folder: &Path, wanted: &[u8]) -> bool {
    let Ok(environment) = fs::read(folder.join("environ")) else { return false };
    let has_mark = environment.split(|byte| *byte == 0).any(|entry| entry == wanted);
    let parent = format!("PPid:\t{}\n", std::process::id());
    has_mark && fs::read_to_string(folder.join("status")).is_ok_and(|status| !status.contains(&parent))
}

fn kill(folder: &Path) -> Option<()> {
    let pid = Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?)?;
    // A child leads a group of its own.
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn who_has_the_mark_and_another_parent_is_ended_and_nobody_else() {
        let mark = format!("orphan-{}", std::process::id());
        let mut own = Command::new("sleep").arg("600").env(MARK, &mark).spawn().unwrap();
        // The shell ends at once, and what it started is left behind.
        let script = "sleep 600 >/dev/null & echo $!";
        let mut shell = Command::new("sh");
        let left = shell.args(["-c", script]).env(MARK, &mark).stderr(Stdio::null()).output().unwrap();
        let left = String::from_utf8(left.stdout).unwrap();
        let mut other = Command::new("sleep").arg("600").env(MARK, "another").spawn().unwrap();
        assert_eq!(end(&mark), 1);
        let state = || fs::read_to_string(Path::new("/proc").join(left.trim()).join("stat")).unwrap_or_default();
        while !(state().is_empty() || state().contains(" Z ")) {
            std::thread::yield_now();
        }
        assert!(own.try_wait().unwrap().is_none() && other.try_wait().unwrap().is_none(), "they run on");
        for child in [&mut own, &mut other] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
