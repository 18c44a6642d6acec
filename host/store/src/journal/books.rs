//! The journal's thread: the open files, and what is done with them in which order.

use super::age::Sweep;
use super::{read, trust, write};
use crate::directory::DataDirectory;
use crate::error::failed;
use crate::sqlite::database_file::{make, open_writing};
use crate::sqlite::schema::JOURNAL;
use crate::system::SystemClock;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::port::{Clock, StoreError};
use host_core::time::Unix;
use host_core::{LineId, TenantId};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a note waits at most before it is written.
const EACH: Duration = Duration::from_secs(1);
/// How long after the start old rows are removed first, and how often then.
const FIRST_SWEEP: Duration = Duration::from_secs(5 * 60);
const SWEEPS: Duration = Duration::from_secs(60 * 60);
/// Journals that are open at a time.
const OPEN: usize = 16;

/// What is asked of the thread.
pub(super) enum Read {
    Rows {
        tenant: TenantId,
        query: LogQuery,
        answer: oneshot::Sender<Result<LogPage, StoreError>>,
    },
    Trust {
        tenant: TenantId,
        line: LineId,
        address: IpAddr,
        now: Unix,
        answer: oneshot::Sender<Result<bool, StoreError>>,
    },
}

/// What was noted and is not written yet.
pub(super) struct Buffer {
    notes: Mutex<VecDeque<(TenantId, Entry)>>,
    most: usize,
    dropped: AtomicU64,
}

impl Buffer {
    pub(super) fn new(most: usize) -> Buffer {
        Buffer { notes: Mutex::default(), most, dropped: AtomicU64::new(0) }
    }

    /// Takes a note, or counts it as dropped.
    pub(super) fn note(&self, tenant: TenantId, entry: Entry) {
        let mut notes = self.notes.lock();
        if notes.len() < self.most {
            notes.push_back((tenant, entry));
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The thread's side: the open files, the one used last in front.
pub(super) struct Books {
    directory: Arc<DataDirectory>,
    buffer: Arc<Buffer>,
    open: Vec<(TenantId, Connection)>,
    /// Rows that each log of a tenant keeps.
    rows: u32,
}

impl Books {
    pub(super) fn new(directory: Arc<DataDirectory>, buffer: Arc<Buffer>, rows: u32) -> Books {
        Books { directory, buffer, open: Vec::new(), rows }
    }

    #[expect(clippy::disallowed_methods, reason = "the thread that writes the journal waits in real time")]
    pub(super) fn run(mut self, asked: &Receiver<Read>) {
        let mut next = Instant::now() + FIRST_SWEEP;
        let mut sweep = Sweep::default();
        loop {
            // A piece of the sweep is done between reads, and nobody waits for more than one.
            let read = asked.recv_timeout(if sweep.is_over() { EACH } else { Duration::ZERO });
            // Also before a read, which then sees all that was noted before it.
            self.write_out();
            match read {
                // Whoever asked may be gone.
                Ok(Read::Rows { tenant, query, answer }) => drop(answer.send(self.read(tenant, &query))),
                Ok(Read::Trust { tenant, line, address, now, answer }) => {
                    drop(answer.send(self.is_trusted(tenant, line, address, now)));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if Instant::now() >= next {
                sweep = Sweep::over(&self.directory.tenants());
                next = Instant::now() + SWEEPS;
            }
            sweep.step(SystemClock::default().now());
        }
    }

    fn write_out(&mut self) {
        let notes = std::mem::take(&mut *self.buffer.notes.lock());
        let mut by_tenant: BTreeMap<TenantId, Vec<Entry>> = BTreeMap::new();
        for (tenant, entry) in notes {
            by_tenant.entry(tenant).or_default().push(entry);
        }
        for (tenant, entries) in by_tenant {
            if let Err(error) = self.write(tenant, &entries) {
                self.buffer.dropped.fetch_add(entries.len() as u64, Ordering::Relaxed);
                self.open.retain(|(open, _)| *open != tenant);
                tracing::warn!(%tenant, %error, rows = entries.len(), "journal rows are lost");
            }
        }
    }

    fn write(&mut self, tenant: TenantId, entries: &[Entry]) -> Result<(), StoreError> {
        let rows = self.rows;
        let transaction = self.book(tenant)?.transaction().map_err(failed)?;
        write::write(&transaction, entries, rows).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    fn read(&mut self, tenant: TenantId, query: &LogQuery) -> Result<LogPage, StoreError> {
        match self.directory.journal(tenant).exists() {
            true => read::read(self.book(tenant)?, query),
            false => Ok(LogPage::uncounted(Vec::new())),
        }
    }

    fn is_trusted(&mut self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Result<bool, StoreError> {
        match self.directory.journal(tenant).exists() {
            true => trust::is_trusted(self.book(tenant)?, line, address, now).map_err(failed),
            false => Ok(false),
        }
    }

    fn book(&mut self, tenant: TenantId) -> Result<&mut Connection, StoreError> {
        if !self.directory.has_tenant(tenant) {
            self.open.retain(|(open, _)| *open != tenant);
            return Err(StoreError::NoDatabase);
        }
        match self.open.iter().position(|(open, _)| *open == tenant) {
            Some(at) => self.open[..=at].rotate_right(1),
            None => {
                let path = self.directory.journal(tenant);
                if !path.exists() {
                    make(&path, &JOURNAL)?;
                }
                let connection = open_writing(&path, &JOURNAL)?;
                // A journal may lose its last second.
                connection.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
                self.open.truncate(OPEN - 1);
                self.open.insert(0, (tenant, connection));
            }
        }
        self.open.first_mut().map(|(_, connection)| connection).ok_or(StoreError::NoDatabase)
    }
}
