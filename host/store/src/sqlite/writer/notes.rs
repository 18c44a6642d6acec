//! How a writer finds what the book is to say of its own databases, and writes the book down.

use super::Writer;
use super::database_state::DatabaseState;
use super::doubt::Doubt;
use super::order::Order;
use crate::error::failed;
use crate::keys::ChainKeys;
use crate::sqlite::audit_chain::heads::{self, Head};
use crate::sqlite::database_file::open_reading;
use crate::sqlite::schema::CONTROL;
use host_core::plan::Database;
use host_core::port::StoreError;
use rusqlite::Connection;
use std::time::Duration;

/// The end of an open database's chain, when it is not what is noted. An error when the chain does
/// not go on from there: that note stays, so that whoever verifies finds it.
fn head_to_note(
    control: &Connection,
    keys: &ChainKeys,
    database: Database,
    connection: &Connection,
) -> Result<Option<Head>, StoreError> {
    let look = || Ok((heads::of(connection)?, heads::noted(control, keys, database)?));
    let (head, noted) = look().map_err(failed)?;
    if heads::Noted::Link(head.link, head.hash) == noted {
        return Ok(None);
    }
    match heads::goes_on(connection, noted).map_err(failed)? {
        true => Ok(Some(head)),
        false => Err(StoreError::Failed("the chain does not go on from what is noted; run linecard verify".into())),
    }
}

impl Writer {
    /// Notes how far the chains of some databases have come, by way of the control database's writer.
    pub(super) fn note_heads(&mut self, now: Duration, which: impl Fn(&DatabaseState) -> bool) {
        let mut control = None;
        for (database, state) in self.states.iter_mut().filter(|(_, state)| which(state)) {
            state.note_made(now);
            let Some(connection) = &state.connection else { continue };
            let control = control.get_or_insert_with(|| open_reading(&self.directory.control(), &CONTROL));
            let head = match control {
                Ok(control) => head_to_note(control, &self.keys, *database, connection),
                Err(error) => Err(StoreError::Failed(error.to_string())),
            };
            match head {
                Ok(Some(head)) => self.orders.push(Order::Note(*database, head)),
                Ok(None) => {}
                Err(error) => tracing::error!(?database, %error, "how far the audit chain has come is not noted"),
            }
        }
    }

    /// Writes down what the writers have for the control database.
    pub(super) fn keep_book(&mut self, now: Duration) {
        if self.book.is_empty() {
            return;
        }
        if let Err(error) = self.open(Database::Control, now) {
            tracing::warn!(%error, "notes in the control database are put off");
            return;
        }
        let Some(state) = self.states.get_mut(&Database::Control) else { return };
        let Some(connection) = state.connection.take() else { return };
        match self.book.write(&connection, &self.keys) {
            Ok(()) => {
                state.used = now;
                state.connection = Some(connection);
            }
            Err(error) => {
                tracing::warn!(%error, "notes in the control database are put off");
                drop(connection);
                state.doubt = Some(Doubt::new(None, now));
                self.can_be_written(Database::Control, Err(error.to_string()));
            }
        }
    }
}
