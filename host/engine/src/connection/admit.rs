//! Admission of a start: every check, then a seat, before the first byte.

use super::{Seat, check};
use crate::{Engine, Error, Result, Work, act};
use host_core::caller::Caller;
use host_core::journal::Entry;
use host_core::lease::{Coming, SeatRequest, SessionKey};
use host_core::line::{Barred, Line, Visit};
use host_core::package::Package;
use host_core::plan::Database;
use host_core::settings::{ConnectionPolicy, SamePlayer};
use host_core::{Code, LineId, Refusal, StreamId, TenantId};
use std::sync::Arc;

/// What happens to a start when all seats of its line are taken.
pub(crate) struct WhenFull {
    pub(crate) policy: ConnectionPolicy,
    /// To one of a player that has a seat.
    pub(crate) same_player: SamePlayer,
}

impl Engine {
    /// The session that these parts make: HLS, the id in its URLs; movies, line, address, agent
    /// and stream.
    pub fn session_key(&self, tenant: TenantId, parts: &[&[u8]]) -> SessionKey {
        let mut text = Vec::with_capacity(64);
        for part in parts {
            text.extend_from_slice(&(part.len() as u64).to_be_bytes());
            text.extend_from_slice(part);
        }
        SessionKey(self.short_mac(tenant, "session", &text))
    }

    fn short_mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.keyring().mac(tenant, purpose, text).0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// What a player of this line signs in with, as far as two of them can be told apart. It stands in
    /// addresses, so it stays the same over restarts and upgrades.
    pub(super) fn credentials(&self, tenant: TenantId, line: &Line) -> u64 {
        let text = [line.username.as_bytes(), &line.password_mac.0].concat();
        self.short_mac(tenant, "credentials", &text)
    }

    /// Admits a start and takes its seat, before the first byte.
    ///
    /// # Errors
    /// The first check that fails, in their order; it is journalled.
    pub async fn admit(
        self: &Arc<Self>,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        self.enter(line, tenant, stream, session, Coming::Start, visit).await
    }

    /// Likewise; when all seats are taken it waits for one until `patience` is over. A player that
    /// closes a connection and opens the next at once is often quicker than we see its close.
    ///
    /// # Errors
    /// As [`Engine::admit`].
    pub async fn admit_within(
        self: &Arc<Self>,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        visit: &Visit<'_>,
        patience: impl Future<Output = ()> + Send,
    ) -> Result<Seat> {
        let mut patience = std::pin::pin!(patience);
        let outcome = loop {
            let mut freed = std::pin::pin!(self.seats().freed(tenant, line.id));
            // Registered before the look, so that a seat that comes free in between is not missed.
            freed.as_mut().enable();
            let outcome = self.admit_checked(line, tenant, stream, session, Coming::Start, visit).await;
            let is_full = |refusal: &Refusal| refusal.code == Code::ConnectionLimit;
            if !outcome.as_ref().is_err_and(|error| error.refusal().is_some_and(is_full)) {
                break outcome;
            }
            tokio::select! {
                biased;
                () = &mut patience => break outcome,
                () = freed => {}
            }
        };
        self.noted(outcome, tenant, line, stream, visit)
    }

    /// Admits a request that goes on with a session: another range of a movie. It joins the session's
    /// seat or takes a free one, and takes over none.
    ///
    /// # Errors
    /// As for a start, and when somebody ended the session.
    pub async fn admit_again(
        self: &Arc<Self>,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        if self.seats().has_lost(tenant, line.id, session).await? {
            return Err(check::ended().into());
        }
        self.enter(line, tenant, stream, session, Coming::Return, visit).await
    }

    /// Takes a seat, and journals a refusal.
    pub(super) async fn enter(
        self: &Arc<Self>,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        coming: Coming,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        let outcome = self.admit_checked(line, tenant, stream, session, coming, visit).await;
        self.noted(outcome, tenant, line, stream, visit)
    }

    fn noted(
        &self,
        outcome: Result<Seat>,
        tenant: TenantId,
        line: &Line,
        stream: StreamId,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        if let Err(Error::Refusal(refusal)) = &outcome {
            self.journal().note(tenant, self.refused(refusal, line, stream, visit));
        }
        outcome
    }

    /// Whether a start would be admitted but for its seat: for requests that take none, and for
    /// sessions that hold one.
    ///
    /// # Errors
    /// The first check that fails, in the same order.
    pub async fn would_admit(&self, line: &Line, tenant: TenantId, stream: StreamId, visit: &Visit<'_>) -> Result<()> {
        check::visit(line, &self.blocked(tenant).await?, visit, self.clock().now())?;
        if !self.store().carries(tenant, line.bouquets.clone(), stream).await? {
            return Err(check::not_carried().into());
        }
        Ok(())
    }

    async fn admit_checked(
        self: &Arc<Self>,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        coming: Coming,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        let mut line = line.clone();
        loop {
            self.would_admit(&line, tenant, stream, visit).await?;
            self.learn_isp(tenant, &line, visit).await?;
            let signed_in = self.credentials(tenant, &line);
            let seat = self.take_seat(&line, tenant, stream, session, coming, visit).await?;
            // The seat is there: a suspension that is committed from here on ends it, and one that
            // was committed before is seen here.
            if !self.is_open(tenant).await? {
                return Err(check::closed().into());
            }
            // A change of the line that was committed before the seat was taken is not seen by
            // the effect that follows it: look once more.
            match self.line_row(tenant, line.id).await? {
                Some(now) if now.version == line.version => return Ok(seat),
                Some(now) if self.credentials(tenant, &now) != signed_in => return Err(check::signed_out().into()),
                Some(now) => line = now,
                None => return Err(Refusal::not_found("line").into()),
            }
        }
    }

    async fn take_seat(
        &self,
        line: &Line,
        tenant: TenantId,
        stream: StreamId,
        session: SessionKey,
        coming: Coming,
        visit: &Visit<'_>,
    ) -> Result<Seat> {
        let full = self.when_full(tenant, line).await?;
        let start = SeatRequest {
            tenant,
            line: line.id,
            owner: line.owner,
            stream,
            session,
            coming,
            agent_hash: self.short_mac(tenant, "agent", visit.agent.as_bytes()),
            agent: visit.agent,
            address: visit.address,
            output: visit.output,
            credentials: Some(self.credentials(tenant, line)),
            limit: line.max_connections,
            expiry: line.expiry,
            policy: full.policy,
            same_player: full.same_player,
        };
        self.seats().acquire(start).await
    }

    /// What happens to a start of the line when all its seats are taken: the line or its package
    /// says it, or else the settings.
    pub(crate) async fn when_full(&self, tenant: TenantId, line: &Line) -> Result<WhenFull> {
        let package = match line.package {
            None => None,
            Some(package) => self.row::<Package>(Database::Tenant(tenant), package).await?,
        };
        let settings = self.settings(tenant).await?;
        Ok(WhenFull {
            policy: package
                .as_ref()
                .and_then(|package| package.connection_policy)
                .unwrap_or(settings.connection_policy),
            same_player: line.same_player(package.as_ref().and_then(|package| package.same_player), &settings),
        })
    }

    /// Binds a locked line to the network operator of its first connection.
    async fn learn_isp(self: &Arc<Self>, tenant: TenantId, line: &Line, visit: &Visit<'_>) -> Result<()> {
        let (true, None, Some(isp)) = (line.isp_lock, &line.isp, visit.isp) else { return Ok(()) };
        let run = self.begin(Caller::system(tenant, ""), "learn isp");
        act!(run, |work| bind(work, line.id, isp).await?);
        Ok(())
    }

    /// A line as it is now, whoever asks.
    pub(crate) async fn line_row(&self, tenant: TenantId, line: LineId) -> Result<Option<Line>> {
        self.row(Database::Tenant(tenant), line).await
    }

    fn refused(&self, refusal: &Refusal, line: &Line, stream: StreamId, visit: &Visit<'_>) -> Entry {
        Entry::Refused {
            owner: Some(line.owner),
            surface: "live".to_owned(),
            code: refusal.code.as_str().to_owned(),
            line: Some(line.id),
            user: None,
            stream: Some(stream),
            address: visit.address.to_string(),
            agent: visit.agent.to_owned(),
            query: String::new(),
            at: self.clock().now(),
        }
    }
}

async fn bind(work: &mut Work, line: LineId, isp: &str) -> Result<()> {
    let line: Line = work.get(line).await?;
    match &line.isp {
        Some(bound) if line.isp_lock && bound != isp => Err(check::barred(Barred::Isp).into()),
        None if line.isp_lock => {
            work.update(&line, Line { isp: Some(isp.to_owned()), ..line.clone() });
            Ok(())
        }
        _ => Ok(()),
    }
}
