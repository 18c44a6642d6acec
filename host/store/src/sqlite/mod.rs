//! The SQLite store: the core's `Store` port over one file per tenant and one for the process.
//! Short reads run on the calling thread, long ones in the `lane`, writes go through the one
//! writer of their database.
//!
//! * `start` looks a directory over, `port` is what the core sees.
//! * `pool` has the writers, `writer` is one of them, `batch` is what it does in one transaction.
//! * `readers` has the connections that read, those of a database that rest on its `shelf`; `find`,
//!   `list` and the concepts' files use them. `descriptors` says how many may be open.
//! * `select` answers an admin's own SQL.

mod audit_chain;
mod batch;
mod box_events;
mod called;
mod cells;
mod check;
mod code_batches;
mod column;
pub(crate) mod database_file;
mod databases;
mod descriptors;
mod document_places;
mod documents;
mod existing;
mod find;
mod generations;
mod guards;
mod guide;
mod idempotency;
mod lane;
mod late;
mod ledger;
pub(crate) mod list;
mod member_places;
mod members;
mod outbox;
mod pool;
mod port;
mod readers;
mod reads;
mod references;
mod reservations;
mod row_blocks;
pub(crate) mod schema;
mod scope;
mod select;
mod sessions;
mod set_change;
mod shelf;
mod sightings;
mod start;
mod table;
mod tables;
mod trails;
mod unfinished;
mod verify;
mod writer;

pub use pool::Writers;

use crate::Options;
use crate::directory::DataDirectory;
use crate::error::OpenError;
use crate::keys::ChainKeys;
use check::Check;
use databases::Databases;
use host_core::TenantId;
use host_core::plan::Database;
use lane::Lane;
use pool::Pool;
use readers::Readers;
use select::Slots;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// All databases of a data directory.
pub struct SqliteStore {
    /// None when the writers are stepped: then nothing happens by itself.
    _check: Option<Check>,
    // These end before the readers and the lock go.
    pool: Pool,
    lane: Lane,
    selects: Arc<Slots>,
    readers: Arc<Readers>,
    databases: Arc<Databases>,
    keys: ChainKeys,
    directory: Arc<DataDirectory>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SqliteStore")
    }
}

impl SqliteStore {
    /// Opens the databases of a directory, with a thread for each writer.
    pub(crate) fn open(
        directory: &Arc<DataDirectory>,
        keys: ChainKeys,
        options: &Options,
    ) -> Result<SqliteStore, OpenError> {
        let (tell, first) = channel();
        let Found { databases, readers, opened } = look_at(directory, &keys, options, Some(tell.clone()))?;
        let (senders, writers) = Writers::new(directory, &databases, &readers, &keys, options);
        let pool = Pool::start(senders, writers).map_err(OpenError::io(directory.root()))?;
        let lane = Lane::start(&readers, options.lane_threads(), options.longest_read);
        let lane = lane.map_err(OpenError::io(directory.root()))?;
        let check = Some(Check::start(directory.was_unclean(), &databases, &readers, &keys, opened, (tell, first)));
        let selects = Arc::default();
        Ok(SqliteStore {
            _check: check,
            pool,
            lane,
            selects,
            readers,
            databases,
            keys,
            directory: Arc::clone(directory),
        })
    }

    /// Opens the databases of a directory. The writers wait for their steps, and no read waits.
    pub(crate) fn open_stepped(
        directory: &Arc<DataDirectory>,
        keys: ChainKeys,
        options: &Options,
    ) -> Result<(SqliteStore, Writers), OpenError> {
        let Found { databases, readers, .. } = look_at(directory, &keys, options, None)?;
        let (senders, writers) = Writers::new(directory, &databases, &readers, &keys, options);
        let (pool, lane) = (Pool::without_threads(senders), Lane::at_once(&readers));
        let directory = Arc::clone(directory);
        let selects = Arc::default();
        Ok((SqliteStore { _check: None, pool, lane, selects, readers, databases, keys, directory }, writers))
    }

    /// Commits what is queued, moves the logs into the databases and ends the writers' threads.
    /// Later commits answer `Busy`. Writers that are stepped end by [`Writers::finish`] instead.
    pub fn close(&self) {
        self.pool.stop();
    }

    /// The tenants whose databases can be used.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.databases.tenants()
    }
}

/// What there is, ready to be read.
struct Found {
    databases: Arc<Databases>,
    readers: Arc<Readers>,
    /// The tenants whose databases were opened.
    opened: Vec<TenantId>,
}

/// Looks a directory over. `first` hears of each database when it is first read.
fn look_at(
    directory: &Arc<DataDirectory>,
    keys: &ChainKeys,
    options: &Options,
    first: Option<Sender<Database>>,
) -> Result<Found, OpenError> {
    let (databases, opened) = start::databases(directory, keys)?;
    batch::warm();
    let most = descriptors::databases(options);
    let readers = Readers::new(Arc::clone(directory), Arc::clone(&databases), most, first);
    Ok(Found { databases, readers, opened })
}
