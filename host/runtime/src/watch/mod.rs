//! The watcher of the tenants' drop folders: it nominates files that are complete and new, nothing more. Time is passed
//! in, so that a test can drive it.

mod intake;
mod nomination;
mod signs;

pub use nomination::Nomination;

use crate::Runtime;
use intake::Intake;
use signs::Signs;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How long a file must be left alone before it is looked at.
const SETTLED: Duration = Duration::from_millis(300);
/// How often all folders are read without a sign that something changed.
const RESCAN: Duration = Duration::from_secs(2);
/// Longest time until a file that was nominated in vain is nominated again.
const LONGEST: Duration = Duration::from_secs(60);
/// How often they are read while a file settles.
const SETTLING: Duration = Duration::from_millis(100);

/// What tells one content of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

#[derive(Debug)]
struct Known {
    tenant: String,
    mark: Mark,
    /// Since when it looks like this; none once it was nominated.
    settling: Option<Duration>,
    /// How often it was nominated in vain.
    tries: u32,
}

/// The state of the drop folders.
#[derive(Debug)]
pub struct Watcher {
    root: PathBuf,
    /// In order, so that what is gone is told in the same order every time.
    known: BTreeMap<PathBuf, Known>,
    next_scan: Duration,
}

impl Watcher {
    /// Over the folders `root/TENANT/plugins`.
    pub fn new(root: PathBuf) -> Watcher {
        Watcher { root, known: BTreeMap::new(), next_scan: Duration::ZERO }
    }

    /// Something may have changed: the next step reads the folders.
    pub fn nudge(&mut self) {
        self.next_scan = Duration::ZERO;
    }

    /// When the next step has something to do.
    pub fn next_step(&self) -> Duration {
        self.next_scan
    }

    /// Reads the folders when it is time to. A file is nominated once for each content, when it has not changed
    /// for 300 ms; names that begin with a dot or do not end in `.wasm` are work in progress.
    pub fn step(&mut self, now: Duration) -> Vec<Nomination> {
        if now < self.next_scan {
            return Vec::new();
        }
        let mut nominated = Vec::new();
        let mut there = HashSet::new();
        for (tenant, path, mark) in self.files() {
            there.insert(path.clone());
            let known = self.known.entry(path.clone()).or_insert_with(|| Known {
                tenant: tenant.clone(),
                mark,
                settling: Some(now),
                tries: 0,
            });
            if known.mark != mark {
                (known.mark, known.settling, known.tries) = (mark, Some(now), 0);
            }
            if known.settling.is_some_and(|since| now >= since + SETTLED) {
                known.settling = None;
                nominated.push(Nomination::Ready { tenant, path });
            }
        }
        self.known.retain(|path, known| {
            let kept = there.contains(path);
            if !kept {
                nominated.push(Nomination::Gone { tenant: known.tenant.clone(), path: path.clone() });
            }
            kept
        });
        let settling = self.known.values().any(|known| known.settling.is_some());
        self.next_scan = now + if settling { SETTLING } else { RESCAN };
        nominated
    }

    /// A nominated file met something that may pass: it is nominated again, each time later than before.
    pub fn again(&mut self, path: &Path, now: Duration) {
        let Some(known) = self.known.get_mut(path).filter(|known| known.settling.is_none()) else { return };
        let pause = RESCAN * 2_u32.saturating_pow(known.tries);
        known.tries = known.tries.saturating_add(1);
        known.settling = Some(now + pause.min(LONGEST));
    }

    /// The folders that exist now.
    fn folders(&self) -> Vec<(String, PathBuf)> {
        let tenants = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let named = tenants.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
        named.map(|(name, path)| (name, path.join("plugins"))).filter(|(_, path)| path.is_dir()).collect()
    }

    fn files(&self) -> Vec<(String, PathBuf, Mark)> {
        let mut files = Vec::new();
        for (tenant, folder) in self.folders() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                // Not followed: a link could point at a file that the tenant's folder does not own.
                let Ok(found) = fs::symlink_metadata(&path) else { continue };
                if found.is_file() && is_plugin(&path) {
                    let changed = (found.mtime(), found.mtime_nsec());
                    files.push((tenant.clone(), path, Mark { inode: found.ino(), bytes: found.len(), changed }));
                }
            }
        }
        files.sort_by(|a, b| a.1.cmp(&b.1));
        files
    }
}

fn is_plugin(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".wasm") && !name.starts_with('.')
}

/// A running watcher; dropping it ends its thread.
pub struct Watching {
    ended: Arc<AtomicBool>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl Runtime {
    /// Watches the drop folders on a thread of its own. Call it within the async runtime.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn watch(self: &Arc<Runtime>) -> std::io::Result<Watching> {
        let ended = Arc::new(AtomicBool::new(false));
        let (runtime, stop) = (Arc::downgrade(self), Arc::clone(&ended));
        let executor = tokio::runtime::Handle::current();
        let watcher = Watcher::new(self.options.tenants_dir.clone());
        // It ends by itself, within one rescan: nobody waits for it.
        std::thread::Builder::new()
            .name("plugin-watch".into())
            .spawn(move || drive(watcher, &runtime, &executor, &stop))?;
        Ok(Watching { ended })
    }
}

#[expect(clippy::disallowed_methods, reason = "the thread that drives the watcher hands the time in")]
fn drive(mut watcher: Watcher, runtime: &Weak<Runtime>, executor: &tokio::runtime::Handle, ended: &AtomicBool) {
    let start = Instant::now();
    let mut signs = Signs::new(&watcher.root);
    let mut intake = Intake::new(executor);
    while !ended.load(Ordering::Relaxed) {
        signs.follow(watcher.folders().into_iter().map(|(_, folder)| folder));
        for path in intake.in_vain() {
            watcher.again(&path, start.elapsed());
        }
        for nomination in watcher.step(start.elapsed()) {
            let Some(runtime) = runtime.upgrade() else { return };
            intake.give(runtime, nomination);
        }
        if signs.wait(watcher.next_step().saturating_sub(start.elapsed())) {
            watcher.nudge();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn folders() -> (tempfile::TempDir, PathBuf, Watcher) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("acme/plugins");
        fs::create_dir_all(&folder).unwrap();
        let watcher = Watcher::new(root.path().to_owned());
        (root, folder, watcher)
    }

    #[test]
    fn a_file_is_nominated_once_when_it_has_settled() {
        let (_root, folder, mut watcher) = folders();
        let path = folder.join("a.wasm");
        fs::write(&path, "one").unwrap();
        assert_eq!(watcher.step(at(0)), []);
        assert_eq!(watcher.step(at(200)), []);
        assert_eq!(watcher.step(at(300)), [Nomination::Ready { tenant: "acme".into(), path: path.clone() }]);
        assert_eq!(watcher.step(at(5_000)), []);
        fs::remove_file(&path).unwrap();
        assert_eq!(watcher.step(at(10_000)), [Nomination::Gone { tenant: "acme".into(), path }]);
    }

    #[test]
    fn a_file_that_was_nominated_in_vain_is_nominated_again_later_each_time() {
        let (_root, folder, mut watcher) = folders();
        let path = folder.join("a.wasm");
        fs::write(&path, "one").unwrap();
        watcher.step(at(0));
        let mut now = 300;
        for pause in [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            assert_eq!(watcher.step(at(now)).len(), 1, "at {now}");
            watcher.again(&path, at(now));
            watcher.nudge();
            assert_eq!(watcher.step(at(now + pause)), [], "not before it has settled again");
            now += pause + 300;
            watcher.nudge();
        }
    }

    #[test]
    fn a_file_that_still_grows_is_left_alone() {
        let (_root, folder, mut watcher) = folders();
        let path = folder.join("a.wasm");
        for round in 0..10 {
            fs::write(&path, "x".repeat(round + 1)).unwrap();
            assert_eq!(watcher.step(at(round as u64 * 200)), []);
        }
        assert_eq!(watcher.step(at(9 * 200 + 300)).len(), 1);
    }

    #[test]
    fn work_in_progress_and_links_are_no_plugins() {
        let (root, folder, mut watcher) = folders();
        let elsewhere = root.path().join("elsewhere.wasm");
        fs::write(&elsewhere, "x").unwrap();
        fs::write(folder.join(".a.wasm"), "x").unwrap();
        fs::write(folder.join("a.wasm.part"), "x").unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.join("b.wasm")).unwrap();
        watcher.step(at(0));
        assert_eq!(watcher.step(at(5_000)), []);
    }

    #[test]
    fn a_step_before_its_time_reads_nothing_unless_it_is_nudged() {
        let (_root, folder, mut watcher) = folders();
        watcher.step(at(0));
        fs::write(folder.join("a.wasm"), "x").unwrap();
        watcher.step(at(100));
        assert_eq!(watcher.next_step(), RESCAN);
        watcher.nudge();
        watcher.step(at(200));
        assert_eq!(watcher.step(at(500)).len(), 1);
    }
}
