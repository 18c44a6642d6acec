//! Signs of the file system that a drop folder may have changed.

use notify::{RecursiveMode, Watcher as _};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Signs of the file system that a folder changed. Without them (no inotify left) the rescan finds everything,
/// a little later.
pub(super) struct Signs {
    source: Option<notify::RecommendedWatcher>,
    signs: Receiver<()>,
    followed: HashSet<PathBuf>,
}

impl Signs {
    pub(super) fn new(root: &Path) -> Signs {
        let (sender, signs) = channel();
        let source = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading the folders is an event too; only what changes them counts.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = sender.send(());
            }
        });
        let mut signs = Signs { source: source.ok(), signs, followed: HashSet::new() };
        signs.add(root.to_owned());
        signs
    }

    /// Follows folders that were made since. Each by itself: a tenant's folder also has its databases, which change all
    /// the time.
    pub(super) fn follow(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        self.followed.retain(|folder| folder.is_dir());
        for folder in folders {
            if !self.followed.contains(&folder) {
                self.add(folder);
            }
        }
    }

    fn add(&mut self, folder: PathBuf) {
        let Some(source) = &mut self.source else { return };
        if source.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
            self.followed.insert(folder);
        }
    }

    /// Waits at most `most` for a sign. Returns whether there was one.
    pub(super) fn wait(&self, most: Duration) -> bool {
        let most = most.max(Duration::from_millis(10));
        match self.signs.recv_timeout(most) {
            Ok(()) => {
                while self.signs.try_recv().is_ok() {}
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::park_timeout(most);
                false
            }
        }
    }
}
