//! Where a read is done: at once on the thread that asks, or in the lane, by what it costs.

use super::SqliteStore;
use super::readers::at_one_moment;
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::{Pending, StoreError};
use rusqlite::Connection;

/// Rows that a short read has at most; one of more waits for its turn.
const FEW: usize = 16;

impl SqliteStore {
    /// A read of a row or of a few: at once, on this thread.
    pub(super) fn short<'a, T: Send + 'a>(
        &self,
        database: Database,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Pending<'a, T> {
        Pending::ready(self.readers.with(database, |connection| read(connection)))
    }

    pub(super) fn short_of<'a, T: Send + 'a>(
        &self,
        tenant: TenantId,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Pending<'a, T> {
        self.short(Database::Tenant(tenant), read)
    }

    /// A read that takes longer the more there is: in the lane, at one moment of the database.
    pub(super) fn long<'a, T: Send + 'static>(
        &self,
        database: Database,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'a, T> {
        self.lane.read(database, |connection| at_one_moment(connection, read))
    }

    pub(super) fn long_of<'a, T: Send + 'static>(
        &self,
        tenant: TenantId,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'a, T> {
        self.long(Database::Tenant(tenant), read)
    }

    /// A read that is short when it is about few rows.
    pub(super) fn of_rows<'a, T: Send + 'static>(
        &self,
        tenant: TenantId,
        rows: usize,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'a, T> {
        match rows <= FEW {
            true => self.short_of(tenant, |connection| at_one_moment(connection, read)),
            false => self.long_of(tenant, read),
        }
    }
}
