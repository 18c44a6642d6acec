//! Journals: what happened, beside the databases, in a log for each sort of thing. Notes go into a bounded buffer
//! and reach the tenant's file within a second.
//!
//! One thread has all the files: `books` runs it, `write` puts notes into the logs and `rows` says what stands where, `read` answers queries, `age`
//! removes what is old.

mod age;
mod books;
mod read;
mod rows;
mod tables;
mod trust;
mod write;

use crate::Options;
use crate::directory::DataDirectory;
use crate::error::OpenError;
use books::{Books, Buffer, Read};
use crossbeam_channel::{Sender, bounded};
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::port::{Journal, Pending, StoreError};
use host_core::time::Unix;
use host_core::{LineId, TenantId};
use std::net::IpAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Reads that wait at a time.
const READS: usize = 256;

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
        let buffer = Arc::new(Buffer::new(options.journal_buffer));
        let books = Books::new(Arc::clone(directory), Arc::clone(&buffer), options.journal_rows);
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || books.run(&asked))
            .map_err(OpenError::io(directory.root()))?;
        Ok(FileJournal { buffer, reads: Some(reads), thread: Some(thread) })
    }

    /// Notes that were dropped since the start, because the buffer was full or a file could not
    /// be written.
    pub fn dropped(&self) -> u64 {
        self.buffer.dropped()
    }

    fn ask<'a, T: Send + 'a>(
        &self,
        ask: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Read,
    ) -> Pending<'a, T> {
        let (answer, answered) = oneshot::channel();
        let sent = self.reads.as_ref().is_some_and(|reads| reads.try_send(ask(answer)).is_ok());
        Pending::later(async move {
            if !sent {
                return Err(StoreError::Busy);
            }
            answered.await.unwrap_or(Err(StoreError::Busy))
        })
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
        self.buffer.note(tenant, entry);
    }

    fn read(&self, tenant: TenantId, query: LogQuery) -> Pending<'_, LogPage> {
        self.ask(|answer| Read::Rows { tenant, query, answer })
    }

    fn is_trusted(&self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Pending<'_, bool> {
        self.ask(|answer| Read::Trust { tenant, line, address, now, answer })
    }
}
