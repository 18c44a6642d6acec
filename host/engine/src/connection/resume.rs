//! Players that come back: whose requests belong to a session that started before. A session keeps
//! its seat while it is read, and gets one again when it went by itself (a pause, a restart); what
//! somebody ended comes back by a new start only.

use super::session::Session;
use super::{Seat, check};
use crate::{Engine, Result};
use host_core::lease::{Coming, SessionKey};
use host_core::line::{Line, Output, Visit};
use host_core::{StreamId, TenantId};
use std::net::IpAddr;
use std::sync::Arc;

/// How closely a request of a session is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// Every check of a start, as for a playlist: whoever reads on for hours is looked at again.
    Thorough,
    /// The seat alone while it is held, as for the pieces between two playlists.
    Seat,
}

impl Engine {
    /// What the addresses of a session that started carry.
    pub fn session(&self, tenant: TenantId, line: &Line, stream: StreamId, key: SessionKey) -> Session {
        Session { line: line.id, stream, key, credentials: self.credentials(tenant, line) }
    }

    /// Whether a session of the line holds a seat, which this renews.
    pub(crate) async fn holds(
        self: &Arc<Self>,
        tenant: TenantId,
        line: &Line,
        session: Option<(StreamId, SessionKey)>,
    ) -> Result<bool> {
        let Some((stream, key)) = session else { return Ok(false) };
        let Some(mut seat) = self.seats().rejoin(tenant, &self.session(tenant, line, stream, key)).await? else {
            return Ok(false);
        };
        // It waits for the request that asks.
        seat.linger();
        Ok(true)
    }

    /// Admits a request of an HLS session that started before and keeps its seat. Without a seat it
    /// gets a free one, as after a pause or a restart, and takes over none.
    ///
    /// # Errors
    /// `connection_limit` when somebody ended the session or no seat is free, else the first check
    /// that fails. What refuses it a new seat is journalled.
    pub async fn resume(
        self: &Arc<Self>,
        tenant: TenantId,
        session: &Session,
        address: IpAddr,
        agent: &str,
        look: Look,
    ) -> Result<Seat> {
        if self.seats().has_lost(tenant, session.line, session.key).await? {
            return Err(check::ended().into());
        }
        if look == Look::Seat
            && let Some(seat) = self.seats().rejoin(tenant, session).await?
        {
            return Ok(seat);
        }
        let line = self.line_row(tenant, session.line).await?;
        let line = line.filter(|line| self.credentials(tenant, line) == session.credentials);
        let line = line.ok_or_else(check::ended)?;
        let (isp, country) = self.network(&line, address);
        let output = Some(Output::M3u8);
        let visit = Visit { address, agent, isp: isp.as_deref(), country: country.as_deref(), output };
        // Whoever is refused must not keep the seat, so the checks come first.
        self.would_admit(&line, tenant, session.stream, &visit).await?;
        if let Some(seat) = self.seats().rejoin(tenant, session).await? {
            return Ok(seat);
        }
        self.enter(&line, tenant, session.stream, session.key, Coming::Return, &visit).await
    }
}
