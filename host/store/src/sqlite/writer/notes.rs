//! How a writer finds what the book is to say of its own databases, and writes the book down.

use super::Writer;
use super::database_state::DatabaseState;
use super::doubt::Doubt;
use super::order::Order;
use crate::error::failed;
use crate::keys::ChainKeys;
use crate::sqlite::audit_chain::heads::{self, Head};
use crate::sqlite::database::open_reading;
use crate::sqlite::schema::CONTROL;
use host_core::plan::Place;
use host_core::port::StoreError;
use rusqlite::Connection;
use std::time::Duration;

/// The end of an open database's chain, when it is not what is noted. An error when the chain does
/// not go on from there: that note stays, so that whoever verifies finds it.
fn head_to_note(
    control: &Connection,
    keys: &ChainKeys,
    place: Place,
    database: &Connection,
) -> Result<Option<Head>, StoreError> {
    let look = || Ok((heads::of(database)?, heads::noted(control, keys, place)?));
    let (head, noted) = look().map_err(failed)?;
    if heads::Noted::Link(head.link, head.hash) == noted {
        return Ok(None);
    }
    match heads::goes_on(database, noted).map_err(failed)? {
        true => Ok(Some(head)),
        false => Err(StoreError::Failed("the chain does not go on from what is noted; run linecard verify".into())),
    }
}

impl Writer {
    /// Notes how far the chains of some databases have come, by way of the control database's writer.
    pub(super) fn note_heads(&mut self, now: Duration, which: impl Fn(&DatabaseState) -> bool) {
        let mut control = None;
        for (place, database) in self.databases.iter_mut().filter(|(_, database)| which(database)) {
            database.note_made(now);
            let Some(connection) = &database.connection else { continue };
            let control = control.get_or_insert_with(|| open_reading(&self.directory.control(), &CONTROL));
            let head = match control {
                Ok(control) => head_to_note(control, &self.keys, *place, connection),
                Err(error) => Err(StoreError::Failed(error.to_string())),
            };
            match head {
                Ok(Some(head)) => self.orders.push(Order::Note(*place, head)),
                Ok(None) => {}
                Err(error) => tracing::error!(?place, %error, "how far the audit chain has come is not noted"),
            }
        }
    }

    /// Writes down what the writers have for the control database.
    pub(super) fn keep_book(&mut self, now: Duration) {
        if self.book.is_empty() {
            return;
        }
        if let Err(error) = self.open(Place::Control, now) {
            tracing::warn!(%error, "notes in the control database are put off");
            return;
        }
        let Some(database) = self.databases.get_mut(&Place::Control) else { return };
        let Some(connection) = database.connection.take() else { return };
        match self.book.write(&connection, &self.keys) {
            Ok(()) => {
                database.used = now;
                database.connection = Some(connection);
            }
            Err(error) => {
                tracing::warn!(%error, "notes in the control database are put off");
                drop(connection);
                database.doubt = Some(Doubt::new(None, now));
                self.can_be_written(Place::Control, Err(error.to_string()));
            }
        }
    }
}
