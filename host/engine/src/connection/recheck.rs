//! The second look at running connections, when a line, a bouquet or a block list has changed:
//! those that would not be admitted now are ended.

use super::check;
use crate::{Engine, Result};
use host_core::lease::HeldLease;
use host_core::lease::rules::Recheck;
use host_core::line::{Line, Visit};
use host_core::port::Whose;
use host_core::{BouquetId, LineId, StreamId, TenantId};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

/// Streams that are asked about in one read.
const PIECE: usize = 1_000;
/// Lines that are looked at before other work of the thread has its turn.
const LINES: usize = 32;

/// The bouquets that hold each of the streams that are watched.
type Carriers = HashMap<StreamId, Vec<BouquetId>>;

impl Engine {
    /// Looks again at a line's running connections: ends those that it may no longer have.
    pub(crate) async fn recheck(&self, tenant: TenantId, line: LineId) -> Result<()> {
        let held = self.seats().held(Whose::Line(tenant, line)).await?;
        let watched: BTreeSet<StreamId> = held.iter().map(|held| held.lease.stream).collect();
        if watched.is_empty() {
            return Ok(());
        }
        let carriers = self.carriers(tenant, watched).await?;
        self.look_again(tenant, line, &carriers).await
    }

    /// Looks again at all running connections of a tenant: what is watched is looked up once,
    /// however many lines watch it. False when it stopped at `until`.
    pub(crate) async fn recheck_all(&self, tenant: TenantId, until: Option<Duration>) -> Result<bool> {
        let running = self.seats().held(Whose::Tenant(tenant)).await?;
        let watched = running.iter().map(|held| held.lease.stream).collect();
        let lines: BTreeSet<LineId> = running.into_iter().map(|held| held.lease.line).collect();
        let carriers = self.carriers(tenant, watched).await?;
        for (number, line) in lines.into_iter().enumerate() {
            if until.is_some_and(|until| self.clock().monotonic() >= until) {
                return Ok(false);
            }
            if number % LINES == LINES - 1 {
                tokio::task::yield_now().await;
            }
            self.look_again(tenant, line, &carriers).await?;
        }
        Ok(true)
    }

    async fn carriers(&self, tenant: TenantId, streams: BTreeSet<StreamId>) -> Result<Carriers> {
        let streams: Vec<StreamId> = streams.into_iter().collect();
        // A stream that no bouquet holds is known too.
        let mut carriers: Carriers = streams.iter().map(|stream| (*stream, Vec::new())).collect();
        for piece in streams.chunks(PIECE) {
            for (stream, bouquet) in self.store().carriers(tenant, piece.to_vec()).await? {
                carriers.entry(stream).or_default().push(bouquet);
            }
        }
        Ok(carriers)
    }

    async fn look_again(&self, tenant: TenantId, line: LineId, carriers: &Carriers) -> Result<()> {
        let Some(row) = self.line_row(tenant, line).await? else {
            self.seats().kill(tenant, line).await?;
            return Ok(());
        };
        let lists = self.blocked(tenant).await?;
        let (now, credentials) = (self.clock().now(), self.credentials(tenant, &row));
        // One that was not watched at the look was admitted since, by the same rules.
        let is_lost = |stream: &StreamId| {
            carriers.get(stream).is_some_and(|by| !by.iter().any(|bouquet| row.bouquets.contains(bouquet)))
        };
        let stays = |held: &HeldLease| {
            let (isp, country) = self.network(&row, held.lease.address);
            let (address, agent, output) = (held.lease.address, &*held.agent, held.output);
            let seen = Visit { address, agent, isp: isp.as_deref(), country: country.as_deref(), output };
            // After a restart the player's name is not known; the next start is checked in full.
            let line = if agent.is_empty() { &Line { allowed_agents: Vec::new(), ..row.clone() } } else { &row };
            let is_signed_in = held.credentials.is_none_or(|then| then == credentials);
            is_signed_in && !is_lost(&held.lease.stream) && check::visit(line, &lists, &seen, now).is_ok()
        };
        // Read after the line: who comes behind this look is admitted by the line as it is.
        let held = self.seats().held(Whose::Line(tenant, line)).await?;
        let ends = held.iter().filter(|held| !stays(held));
        let unwanted = ends.map(|held| (held.lease.fence, held.lease.stream)).collect();
        let recheck = Recheck { unwanted, limit: row.max_connections, expiry: row.expiry };
        self.seats().recheck(tenant, line, recheck).await.map(drop)
    }

    pub(super) fn network(&self, line: &Line, address: IpAddr) -> (Option<String>, Option<String>) {
        let country = line.country.as_ref().and_then(|_| self.networks().country(address));
        (self.networks().isp(address), country)
    }
}
