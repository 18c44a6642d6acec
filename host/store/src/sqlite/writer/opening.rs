//! How a writer comes to a connection that writes, and what it does when there is none.

use super::Writer;
use super::doubt::{self, Doubt};
use super::order::Order;
use crate::error::failed;
use crate::sqlite::database_file::{open_writing, path_of, schema_of};
use host_core::plan::Database;
use host_core::port::{StoreError, Trouble};
use rusqlite::Connection;
use std::time::Duration;

impl Writer {
    /// Makes sure that there is a connection which writes.
    pub(super) fn open(&mut self, database: Database, now: Duration) -> Result<(), StoreError> {
        if self.databases.get(database).is_none() {
            return Err(StoreError::NoDatabase);
        }
        let state = self.states.entry(database).or_default();
        if state.connection.is_some() {
            return Ok(());
        }
        if state.doubt.is_some() {
            return self.write_over(database, now);
        }
        let open = self.states.values().filter(|state| state.connection.is_some()).count();
        if open >= self.most_open {
            let open = self.states.values_mut().filter(|state| state.connection.is_some());
            let oldest = open.min_by_key(|state| state.used);
            if let Some(state) = oldest {
                state.spent = state.connection.take();
            }
        }
        match self.opened(database) {
            Ok(connection) => {
                self.states.entry(database).or_default().begin(connection, now);
                Ok(())
            }
            Err(error) => {
                if let (StoreError::Damaged(reason), Some(shared)) = (&error, self.databases.get(database)) {
                    shared.is_damaged(Trouble::Damaged(reason.clone()));
                }
                Err(error)
            }
        }
    }

    /// Ends a doubt: something durable is written over what a failed commit left.
    pub(super) fn write_over(&mut self, database: Database, now: Duration) -> Result<(), StoreError> {
        let fresh = self.opened(database).and_then(|fresh| doubt::write_over(&fresh).map(|()| fresh));
        let state = self.states.entry(database).or_default();
        match fresh {
            Ok(fresh) => {
                state.spent = state.doubt.take().and_then(Doubt::into_connection);
                state.begin(fresh, now);
                self.can_be_written(database, Ok(()));
                Ok(())
            }
            Err(error) => {
                state.doubt.iter_mut().for_each(|doubt| doubt.tried(now));
                self.can_be_written(database, Err(error.to_string()));
                Err(error)
            }
        }
    }

    /// Notes whether a database can be written. When a tenant's cannot, the control database is tried
    /// too: it may be the disk of them all.
    pub(super) fn can_be_written(&mut self, database: Database, outcome: Result<(), String>) {
        let Some(shared) = self.databases.get(database) else { return };
        let error = outcome.as_ref().err().cloned();
        if !shared.can_be_written(outcome) {
            return;
        }
        match error {
            Some(error) => {
                tracing::error!(?database, error, "nothing is written here until that works; it is tried every second");
                self.orders.extend((database != Database::Control).then_some(Order::Try));
            }
            None => tracing::info!(?database, "it can be written again"),
        }
    }

    fn opened(&self, database: Database) -> Result<Connection, StoreError> {
        let connection = open_writing(&path_of(&self.directory, database), schema_of(database))?;
        // The log is moved after the answers: inside a commit they would wait for it.
        connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
        Ok(connection)
    }
}
