//! Floor 1: the one place with SQL. SQLite behind the core's `Store` port, with the files that lie beside it: keys,
//! leases, journal. Does not know use cases.
//!
//! * [`open`] takes a data directory and gives the ports.
//! * `sqlite/` is the store: `readers` and `list` read, `writer`, `batch` and `guards` write.
//! * `migrations/sqlite/` holds the schemas: numbered steps per database, and those that all share.

mod directory;
mod error;
mod journal;
mod keys;
mod lease_mirror;
mod leases;
mod log_rows;
mod node;
mod options;
mod seal;
#[expect(clippy::disallowed_methods, reason = "reads have deadlines, and idle databases are closed, in real time")]
mod sqlite;
mod system;
mod tenant_keys;

pub use directory::DataDirectory;
pub use error::OpenError;
pub use journal::FileJournal;
pub use keys::FileKeyring;
pub use lease_mirror::MappedLeases;
pub use leases::{LeaseMirror, LocalLeases, NoMirror};
pub use options::Options;
pub use sqlite::{SqliteStore, Writers};
pub use system::{SystemClock, SystemEntropy};

use host_core::NodeId;
use std::path::Path;
use std::sync::Arc;

/// The ports of an open data directory.
#[derive(Debug)]
pub struct Opened {
    /// Where everything lies.
    pub directory: Arc<DataDirectory>,
    /// Who the process that owns it is.
    pub node: NodeId,
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
    let node = node::of(&directory)?;
    let keyring = Arc::new(FileKeyring::open(&directory)?);
    let (store, writers) = store(&directory, keyring.chain_keys())?;
    let mirror = Arc::new(MappedLeases::open(&directory, options.lease_slots)?);
    let journal = Arc::new(FileJournal::start(&directory, options)?);
    directory.mark_sound();
    Ok((Opened { directory, node, store: Arc::new(store), keyring, mirror, journal }, writers))
}
