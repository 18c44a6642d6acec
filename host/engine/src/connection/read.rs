//! Who may read documents: what a line may ask for besides its streams.

use super::check;
use crate::{Engine, Result};
use host_core::block::Blocked;
use host_core::line::{Barred, Line, LineStatus};
use host_core::{Refusal, TenantId};
use std::net::IpAddr;

impl Engine {
    /// Turns whoever comes from a blocked address away, whatever state their line is in. A blocked
    /// player or network operator is refused the start of a stream, not what is to be read before.
    ///
    /// # Errors
    /// `address_refused`.
    pub async fn turn_away(&self, tenant: TenantId, address: IpAddr) -> Result<()> {
        let lists = self.blocked(tenant).await?;
        let hit = lists.iter().find(|list| matches!(list, Blocked::Address(network) if network.contains(&address)));
        hit.map_or(Ok(()), |hit| Err(check::hit(hit).into()))
    }

    /// Whether a line may read a document now: its state is looked at, unless the document answers
    /// for it too (`expired`, `banned`, …), then the list of its addresses.
    ///
    /// # Errors
    /// The refusal that a start would get for the same reason.
    pub fn may_read(&self, line: &Line, also_for: &[String], address: IpAddr) -> Result<(), Refusal> {
        let status = line.status(self.clock().now());
        let is_answered = status == LineStatus::Active || also_for.iter().any(|other| other == word(status));
        if !is_answered {
            return Err(check::barred(Barred::Status(status)));
        }
        let allowed = &line.allowed_addresses;
        if !allowed.is_empty() && !allowed.iter().any(|network| network.contains(&address)) {
            return Err(check::barred(Barred::Address));
        }
        Ok(())
    }
}

/// A status as descriptions name it.
fn word(status: LineStatus) -> &'static str {
    match status {
        LineStatus::Active => "active",
        LineStatus::Banned => "banned",
        LineStatus::Disabled | LineStatus::Stock => "disabled",
        LineStatus::Expired => "expired",
    }
}
