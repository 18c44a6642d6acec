//! The data directory: who may read it, who owns it, where what lies in it.

use crate::error::OpenError;
use host_core::{TenantId, name};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A data directory that this process owns until the value is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    root: PathBuf,
    unclean: bool,
    /// What the last process said when it ended in order.
    ended: Option<Ended>,
    /// The databases were looked at and are in use: from here on an end in order is one.
    sound: AtomicBool,
    /// All tenants' databases are well and have the schema with this number.
    looked_over: OnceLock<i64>,
    /// How the directories of the tenants are called: by the tenants' names.
    names: RwLock<HashMap<TenantId, String>>,
    _lock: File,
}

/// An end in order of a process that had looked over all tenants' databases.
#[derive(Debug)]
struct Ended {
    /// The number of the schema that they had.
    schema: i64,
    /// When, in seconds and nanoseconds of the file system's clock.
    at: (i64, i64),
}

impl Ended {
    fn read(path: &Path) -> Option<Ended> {
        let schema = std::fs::read_to_string(path).ok()?.trim().parse().ok()?;
        let file = std::fs::metadata(path).ok()?;
        Some(Ended { schema, at: (file.mtime(), file.mtime_nsec()) })
    }
}

/// More than what file systems tell apart in the times of changes.
const TICK: Duration = Duration::from_millis(20);
/// Lies in a tenant's directory until the tenant's row is committed.
const UNBORN: &str = "unborn";
/// Lies in the directory between an end in order and the next start.
const ENDED: &str = "ended";

impl DataDirectory {
    /// Takes a directory, which is made when it is not there. Refused when other users of the
    /// machine may read it, or when another process owns it.
    pub fn claim(root: &Path) -> Result<DataDirectory, OpenError> {
        make_private(root)?;
        let lock_path = root.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(OpenError::io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked(root.to_owned())),
            Err(TryLockError::Error(error)) => return Err(OpenError::io(&lock_path)(error)),
        }
        make_private(&root.join("tenants"))?;
        let running = root.join("running");
        let unclean = running.exists();
        OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&running)
            .map_err(OpenError::io(&running))?;
        let ended = Ended::read(&root.join(ENDED)).filter(|_| !unclean);
        missing_is_well(std::fs::remove_file(root.join(ENDED))).map_err(OpenError::io(root))?;
        Ok(DataDirectory {
            root: root.to_owned(),
            unclean,
            ended,
            sound: AtomicBool::new(false),
            looked_over: OnceLock::new(),
            names: RwLock::default(),
            _lock: lock,
        })
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the process that had it last did not end in order.
    pub fn was_unclean(&self) -> bool {
        self.unclean
    }

    /// Notes that what an unclean end may have left was looked at.
    pub(crate) fn mark_sound(&self) {
        self.sound.store(true, Ordering::Relaxed);
    }

    /// All tenants' databases are well, and have the schema with this number.
    pub(crate) fn note_looked_over(&self, schema: i64) {
        let _ = self.looked_over.set(schema);
    }

    /// Whether a file is as it was left by the last process, which ended in order and had looked over databases of
    /// this schema. One that was put in its place is not, whatever its date says: a file gets the time of its last
    /// change from the file system.
    pub(crate) fn is_as_left(&self, path: &Path, schema: i64) -> bool {
        let Some(ended) = self.ended.as_ref().filter(|ended| ended.schema == schema) else { return false };
        std::fs::metadata(path).is_ok_and(|file| (file.ctime(), file.ctime_nsec()) < ended.at)
    }

    /// The control database.
    pub fn control(&self) -> PathBuf {
        self.root.join("control.db")
    }

    /// Who this directory's process is among the nodes.
    pub(crate) fn node(&self) -> PathBuf {
        self.root.join("node")
    }

    /// Where the key files are.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The mirrored leases.
    pub fn leases(&self) -> PathBuf {
        self.root.join("leases.map")
    }

    /// The tenants' directories.
    pub fn tenants(&self) -> PathBuf {
        self.root.join("tenants")
    }

    /// A tenant's directory, called by its name. One of a tenant that is gone is set aside under
    /// its id until it is removed.
    pub fn tenant(&self, id: TenantId) -> PathBuf {
        match self.names.read().get(&id) {
            Some(name) => self.tenants().join(name),
            None => self.tenants().join(format!(".{id}")),
        }
    }

    /// Whether there is such a tenant, with its directory.
    pub(crate) fn has_tenant(&self, id: TenantId) -> bool {
        self.names.read().contains_key(&id) && self.tenant(id).is_dir()
    }

    /// A tenant's database.
    pub fn panel(&self, id: TenantId) -> PathBuf {
        self.tenant(id).join("panel.db")
    }

    /// A tenant's journal.
    pub fn journal(&self, id: TenantId) -> PathBuf {
        self.tenant(id).join("journal.db")
    }

    /// Where a tenant's plugins are dropped.
    pub fn plugins(&self, id: TenantId) -> PathBuf {
        self.tenant(id).join("plugins")
    }

    /// Whether any tenant has a directory.
    pub(crate) fn has_tenants(&self) -> Result<bool, OpenError> {
        let path = self.tenants();
        let mut entries = std::fs::read_dir(&path).map_err(OpenError::io(&path))?;
        Ok(entries.next().is_some())
    }

    /// Makes a tenant's directory, with its drop folder, durable. What an earlier birth of this
    /// name left, whose row was never committed, goes.
    pub(crate) fn make_tenant(&self, id: TenantId, name: &str) -> Result<(), OpenError> {
        let path = self.tenants().join(name);
        name::tenant(name).map_err(|refusal| OpenError::io(&path)(std::io::Error::other(refusal.message)))?;
        if path.join(UNBORN).exists() {
            std::fs::remove_dir_all(&path).map_err(OpenError::io(&path))?;
        }
        make_private(&path)?;
        if !path.join("panel.db").exists() {
            File::create(path.join(UNBORN)).map_err(OpenError::io(&path))?;
        }
        make_private(&path.join("plugins"))?;
        sync_directory(&path)?;
        self.know_tenant(id, name);
        sync_directory(&self.tenants())
    }

    /// The tenant's row is committed under this name.
    pub(crate) fn settle_tenant(&self, id: TenantId, name: &str) {
        self.know_tenant(id, name);
        // Otherwise the next start removes it.
        let _ = std::fs::remove_file(self.tenant(id).join(UNBORN));
    }

    /// From here on the tenant's directory is that of this name.
    pub(crate) fn know_tenant(&self, id: TenantId, name: &str) {
        self.names.write().insert(id, name.to_owned());
    }

    /// Moves the directory of a tenant that is gone out of the way of the next one of its name.
    pub(crate) fn set_aside(&self, id: TenantId) -> std::io::Result<()> {
        let from = self.tenant(id);
        self.names.write().remove(&id);
        missing_is_well(std::fs::rename(from, self.tenant(id)))
    }

    /// Removes what a tenant that is gone left.
    pub(crate) fn remove_tenant(&self, id: TenantId) -> std::io::Result<()> {
        self.set_aside(id)?;
        missing_is_well(std::fs::remove_dir_all(self.tenant(id)))
    }
}

fn missing_is_well(outcome: std::io::Result<()>) -> std::io::Result<()> {
    match outcome {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        // Left behind when the process dies, and when a start finds damage after that: the next
        // start then checks the databases again.
        if self.sound.load(Ordering::Relaxed) || !self.unclean {
            if let Some(schema) = self.looked_over.get() {
                // A database that is changed in the same tick counts as changed; those that end here are older.
                std::thread::sleep(TICK);
                // Without it the next start looks at each database.
                let _ = write_private(&self.root.join(ENDED), schema.to_string().as_bytes());
            }
            let _ = std::fs::remove_file(self.root.join("running"));
        }
    }
}

/// Makes a directory with mode 0700 when it is not there; refuses one that others may enter.
pub(crate) fn make_private(path: &Path) -> Result<(), OpenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(OpenError::io(path))?;
    refuse_exposed(path)
}

/// Refuses a path that group or others have any right to.
pub(crate) fn refuse_exposed(path: &Path) -> Result<(), OpenError> {
    let mode = std::fs::metadata(path).map_err(OpenError::io(path))?.mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(OpenError::Exposed(path.to_owned())) }
}

/// Writes a file that only this user may read, durable and whole or not at all: beside, then moved into place.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), OpenError> {
    let draft = path.with_extension("new");
    let written = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    written.map_err(OpenError::io(path))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> Result<(), OpenError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(OpenError::io(path))
}
