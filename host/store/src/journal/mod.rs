//! Journals: what happened, beside the databases. Notes go into a bounded buffer and reach the tenant's file
//! within a second.

mod age;
mod trust;

use crate::Options;
use crate::directory::DataDirectory;
use crate::error::{OpenError, failed};
use crate::sqlite::database::{make, open_writing};
use crate::sqlite::schema::JOURNAL;
use crate::system::SystemClock;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use host_core::journal::{Entry, JournalQuery};
use host_core::port::{Clock, Journal, Pending, StoreError};
use host_core::time::Unix;
use host_core::{LineId, TenantId};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a note waits at most before it is written.
const EACH: Duration = Duration::from_secs(1);
/// How long after the start old rows are removed first, and how often then.
const FIRST_SWEEP: Duration = Duration::from_secs(5 * 60);
const SWEEPS: Duration = Duration::from_secs(60 * 60);
/// Journals that are open at a time.
const OPEN: usize = 16;
/// Reads that wait at a time.
const READS: usize = 256;

/// What is asked of the thread.
enum Read {
    Entries {
        tenant: TenantId,
        query: JournalQuery,
        answer: oneshot::Sender<Result<Vec<Entry>, StoreError>>,
    },
    Trust {
        tenant: TenantId,
        line: LineId,
        address: IpAddr,
        now: Unix,
        answer: oneshot::Sender<Result<bool, StoreError>>,
    },
}

struct Buffer {
    notes: Mutex<VecDeque<(TenantId, Entry)>>,
    most: usize,
    dropped: AtomicU64,
}

/// The journals of all tenants.
pub struct FileJournal {
    buffer: Arc<Buffer>,
    reads: Option<Sender<Read>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for FileJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileJournal")
    }
}

impl FileJournal {
    /// Starts the thread that writes.
    pub(crate) fn start(directory: &Arc<DataDirectory>, options: &Options) -> Result<FileJournal, OpenError> {
        let (reads, asked) = bounded(READS);
        let buffer =
            Arc::new(Buffer { notes: Mutex::default(), most: options.journal_buffer, dropped: AtomicU64::new(0) });
        let books = Books {
            directory: Arc::clone(directory),
            buffer: Arc::clone(&buffer),
            open: Vec::new(),
            rows: options.journal_rows,
        };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || books.run(&asked))
            .map_err(OpenError::io(directory.root()))?;
        Ok(FileJournal { buffer, reads: Some(reads), thread: Some(thread) })
    }

    /// Notes that were dropped since the start, because the buffer was full or a file could not
    /// be written.
    pub fn dropped(&self) -> u64 {
        self.buffer.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        // The thread ends with the channel, and writes what is left before.
        self.reads = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the journal's thread had died");
        }
    }
}

impl Journal for FileJournal {
    fn note(&self, tenant: TenantId, entry: Entry) {
        let mut notes = self.buffer.notes.lock();
        if notes.len() < self.buffer.most {
            notes.push_back((tenant, entry));
        } else {
            self.buffer.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(&self, tenant: TenantId, query: JournalQuery) -> Pending<'_, Vec<Entry>> {
        self.ask(|answer| Read::Entries { tenant, query, answer })
    }

    fn is_trusted(&self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Pending<'_, bool> {
        self.ask(|answer| Read::Trust { tenant, line, address, now, answer })
    }
}

impl FileJournal {
    fn ask<'a, T: Send + 'a>(
        &self,
        ask: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Read,
    ) -> Pending<'a, T> {
        let (answer, answered) = oneshot::channel();
        let sent = self.reads.as_ref().is_some_and(|reads| reads.try_send(ask(answer)).is_ok());
        Box::pin(async move {
            if !sent {
                return Err(StoreError::Busy);
            }
            answered.await.unwrap_or(Err(StoreError::Busy))
        })
    }
}

/// The thread's side: the open files, the one used last in front.
struct Books {
    directory: Arc<DataDirectory>,
    buffer: Arc<Buffer>,
    open: Vec<(TenantId, Connection)>,
    rows: u32,
}

impl Books {
    #[expect(clippy::disallowed_methods, reason = "the thread that writes the journal waits in real time")]
    fn run(mut self, asked: &Receiver<Read>) {
        let mut sweep = Instant::now() + FIRST_SWEEP;
        loop {
            let read = asked.recv_timeout(EACH);
            // Also before a read, which then sees all that was noted before it.
            self.write_out();
            if Instant::now() >= sweep {
                age::sweep(&self.directory.tenants(), SystemClock::default().now());
                sweep = Instant::now() + SWEEPS;
            }
            match read {
                // Whoever asked may be gone.
                Ok(Read::Entries { tenant, query, answer }) => drop(answer.send(self.read(tenant, &query))),
                Ok(Read::Trust { tenant, line, address, now, answer }) => {
                    drop(answer.send(self.is_trusted(tenant, line, address, now)));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
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
        let rows = i64::from(self.rows);
        let connection = self.book(tenant)?;
        let transaction = connection.unchecked_transaction().map_err(failed)?;
        let write = || -> rusqlite::Result<()> {
            let mut insert =
                transaction.prepare_cached("INSERT INTO entries (line, refusal, entry) VALUES (?1, ?2, ?3)")?;
            for entry in entries {
                let refusal = matches!(entry, Entry::Refused { .. });
                let text = serde_json::to_string(entry).unwrap_or_default();
                insert.execute((line_of(entry).map(|id| id.0), refusal, text))?;
                trust::note(&transaction, entry)?;
            }
            let last = transaction.last_insert_rowid();
            transaction.prepare_cached("DELETE FROM entries WHERE id <= ?1")?.execute((last - rows,))?;
            Ok(())
        };
        write().map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    fn read(&mut self, tenant: TenantId, query: &JournalQuery) -> Result<Vec<Entry>, StoreError> {
        if !self.directory.journal(tenant).exists() {
            return Ok(Vec::new());
        }
        let connection = self.book(tenant)?;
        let mut conditions = Vec::new();
        if query.line.is_some() {
            conditions.push("line = ?1");
        }
        if query.refusals {
            conditions.push("refusal = 1");
        }
        let clause = if conditions.is_empty() { String::new() } else { format!("AND {}", conditions.join(" AND ")) };
        let sql = format!(
            "SELECT id, entry FROM entries WHERE (?1 IS NULL OR 1) {clause} ORDER BY id DESC LIMIT ?2 OFFSET ?3"
        );
        let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
        let limit = query.limit.clamp(1, 1_000);
        let mut rows = statement.query((query.line.map(|id| id.0), limit, query.start)).map_err(failed)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let text: String = row.get(1).map_err(failed)?;
            entries.push(serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
                table: "entries",
                column: "entry",
                row: row.get(0).unwrap_or(0),
                reason: error.to_string(),
            })?);
        }
        Ok(entries)
    }

    fn is_trusted(&mut self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Result<bool, StoreError> {
        if !self.directory.journal(tenant).exists() {
            return Ok(false);
        }
        trust::is_trusted(self.book(tenant)?, line, address, now).map_err(failed)
    }

    fn book(&mut self, tenant: TenantId) -> Result<&Connection, StoreError> {
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
        self.open.first().map(|(_, connection)| connection).ok_or(StoreError::NoDatabase)
    }
}

fn line_of(entry: &Entry) -> Option<LineId> {
    match entry {
        Entry::Activity { line, .. } => Some(*line),
        Entry::SignIn { line, .. } | Entry::Refused { line, .. } => *line,
    }
}
