//! Floor 1: the one place with SQL. SQLite behind the core's `Store` port, with the files that
//! lie beside it: keys, leases, journal. Knows nothing of use cases.
//!
//! * [`open`] takes a data directory and gives the ports.
//! * `sqlite/` is the store: `readers` and `list` read, `writer`, `batch` and `guards` write.
//! * `migrations/sqlite/` holds the schemas: numbered steps per database, and those that all share.

mod directory;
mod error;
mod journal;
mod keys;
mod lease_mirror;
mod sqlite;
mod system;

pub use directory::DataDirectory;
pub use error::OpenError;
pub use journal::FileJournal;
pub use keys::FileKeyring;
pub use lease_mirror::MappedLeases;
pub use sqlite::{SqliteStore, Writers};
pub use system::{SystemClock, SystemEntropy};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Bounds of the store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Writer threads, 1 to 64; 0 is two per core.
    pub writers: usize,
    /// Plans that may wait in front of one writer; beyond it a commit answers `Busy`.
    pub queue: usize,
    /// Databases that stay open, for writing and for reading each, 1 to 4,096; 0: as many as a
    /// quarter of the process's descriptors holds. The longest unused is closed first.
    pub databases: usize,
    /// Threads for reads that take longer the more there is; 0: one per core, 2 to 4.
    pub lane: usize,
    /// How long such a read may take, its wait for a thread included, at most an hour. Then it
    /// ends, and whoever asked hears that it took too long.
    pub longest_read: Duration,
    /// Seats that can be mirrored at once.
    pub lease_slots: u32,
    /// Journal rows that may wait for the next second; beyond it rows are dropped and counted.
    pub journal_buffer: usize,
    /// Journal rows that a tenant keeps; the oldest go.
    pub journal_rows: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            writers: 0,
            queue: 8_192,
            databases: 0,
            lane: 0,
            longest_read: Duration::from_secs(2),
            lease_slots: 65_536,
            journal_buffer: 65_536,
            journal_rows: 1_000_000,
        }
    }
}

impl Options {
    /// Threads of the read lane.
    fn lane_threads(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if self.lane == 0 { cores.clamp(2, 4) } else { self.lane.min(64) }
    }
}

/// The ports of an open data directory.
#[derive(Debug)]
pub struct Opened {
    /// Where everything lies.
    pub directory: Arc<DataDirectory>,
    /// The databases.
    pub store: Arc<SqliteStore>,
    /// The keys.
    pub keyring: Arc<FileKeyring>,
    /// The mirrored leases.
    pub mirror: Arc<MappedLeases>,
    /// The journals.
    pub journal: Arc<FileJournal>,
}

/// Opens a data directory, and makes one where there is none. The directory stays this
/// process's until every part of the answer is dropped.
pub fn open(dir: &Path, options: Options) -> Result<Opened, OpenError> {
    let (opened, ()) =
        open_with(dir, &options, |directory, keys| Ok((SqliteStore::open(directory, keys, &options)?, ())))?;
    Ok(opened)
}

/// Like [`open`], without threads that write: the same writers wait for their [`Writers::step`],
/// so that a test says when what is committed, and what time it is. For runs that are the same
/// every time set [`Options::writers`]; 0 depends on the machine.
pub fn open_stepped(dir: &Path, options: Options) -> Result<(Opened, Writers), OpenError> {
    open_with(dir, &options, |directory, keys| SqliteStore::open_stepped(directory, keys, &options))
}

fn open_with<W>(
    dir: &Path,
    options: &Options,
    store: impl FnOnce(&Arc<DataDirectory>, keys::ChainKeys) -> Result<(SqliteStore, W), OpenError>,
) -> Result<(Opened, W), OpenError> {
    let directory = Arc::new(DataDirectory::claim(dir)?);
    let keyring = Arc::new(FileKeyring::open(&directory)?);
    let (store, writers) = store(&directory, keyring.chain_keys())?;
    let mirror = Arc::new(MappedLeases::open(&directory, options.lease_slots)?);
    let journal = Arc::new(FileJournal::start(&directory, options)?);
    directory.mark_sound();
    Ok((Opened { directory, store: Arc::new(store), keyring, mirror, journal }, writers))
}
