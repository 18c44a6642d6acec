//! Sessions as rows. Of the token itself a digest is stored.

use super::{Binding, Cells, StoreError, Table};
use host_core::session::{Holder, Session};
use host_core::time::Unix;
use host_core::{ApiKeyId, LineId, SessionId, UserId, Version};

impl Table for Session {
    const NAME: &'static str = "sessions";
    const COLUMNS: &'static [&'static str] =
        &["surface", "user", "line", "api_key", "digest", "bound", "created_at", "expires_at"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        let (user, line) = match self.holder {
            Holder::User(id) => (Some(id.0), None),
            Holder::Line(id) => (None, Some(id.0)),
        };
        row.put(&self.surface)?;
        row.put(user)?;
        row.put(line)?;
        row.put(self.key.map(|id| id.0))?;
        row.put(self.digest.as_slice())?;
        row.put(&self.bound)?;
        row.put(self.created_at.0)?;
        row.put(self.expiry.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let surface = cells.value()?;
        let (user, line) = (cells.id_of(UserId)?, cells.id_of(LineId)?);
        let holder = match (user, line) {
            (Some(user), None) => Holder::User(user),
            (None, Some(line)) => Holder::Line(line),
            _ => return Err(cells.corrupt("a session is a user's or a line's")),
        };
        Ok(Session {
            id: SessionId(cells.id),
            version: Version(cells.version),
            surface,
            holder,
            key: cells.id_of(ApiKeyId)?,
            digest: cells.value()?,
            bound: cells.value()?,
            created_at: Unix(cells.value()?),
            expiry: Unix(cells.value()?),
        })
    }
}
