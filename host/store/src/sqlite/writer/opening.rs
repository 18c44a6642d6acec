//! How a writer comes to a connection that writes, and what it does when there is none.

use super::Writer;
use super::doubt::{self, Doubt};
use super::order::Order;
use crate::error::failed;
use crate::sqlite::database::{open_writing, path_of, schema_of};
use host_core::plan::Place;
use host_core::port::{StoreError, Trouble};
use rusqlite::Connection;
use std::time::Duration;

impl Writer {
    /// Makes sure that there is a connection which writes.
    pub(super) fn open(&mut self, place: Place, now: Duration) -> Result<(), StoreError> {
        if self.places.get(place).is_none() {
            return Err(StoreError::NoDatabase);
        }
        let database = self.databases.entry(place).or_default();
        if database.connection.is_some() {
            return Ok(());
        }
        if database.doubt.is_some() {
            return self.write_over(place, now);
        }
        let open = self.databases.values().filter(|database| database.connection.is_some()).count();
        if open >= self.most_open {
            let open = self.databases.values_mut().filter(|database| database.connection.is_some());
            let oldest = open.min_by_key(|database| database.used);
            if let Some(database) = oldest {
                database.spent = database.connection.take();
            }
        }
        match self.opened(place) {
            Ok(connection) => {
                self.databases.entry(place).or_default().begin(connection, now);
                Ok(())
            }
            Err(error) => {
                if let (StoreError::Damaged(reason), Some(state)) = (&error, self.places.get(place)) {
                    state.is_damaged(Trouble::Damaged(reason.clone()));
                }
                Err(error)
            }
        }
    }

    /// Ends a doubt: something durable is written over what a failed commit left.
    pub(super) fn write_over(&mut self, place: Place, now: Duration) -> Result<(), StoreError> {
        let fresh = self.opened(place).and_then(|fresh| doubt::write_over(&fresh).map(|()| fresh));
        let database = self.databases.entry(place).or_default();
        match fresh {
            Ok(fresh) => {
                database.spent = database.doubt.take().and_then(Doubt::into_connection);
                database.begin(fresh, now);
                self.can_be_written(place, Ok(()));
                Ok(())
            }
            Err(error) => {
                database.doubt.iter_mut().for_each(|doubt| doubt.tried(now));
                self.can_be_written(place, Err(error.to_string()));
                Err(error)
            }
        }
    }

    /// Notes whether a place can be written. When a tenant's cannot, the control database is tried
    /// too: it may be the disk of them all.
    pub(super) fn can_be_written(&mut self, place: Place, outcome: Result<(), String>) {
        let Some(state) = self.places.get(place) else { return };
        let error = outcome.as_ref().err().cloned();
        if !state.can_be_written(outcome) {
            return;
        }
        match error {
            Some(error) => {
                tracing::error!(?place, error, "nothing is written here until that works; it is tried every second");
                self.orders.extend((place != Place::Control).then_some(Order::Try));
            }
            None => tracing::info!(?place, "it can be written again"),
        }
    }

    fn opened(&self, place: Place) -> Result<Connection, StoreError> {
        let connection = open_writing(&path_of(&self.directory, place), schema_of(place))?;
        // The log is moved after the answers: inside a commit they would wait for it.
        connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
        Ok(connection)
    }
}
