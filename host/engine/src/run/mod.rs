//! One action from its first attempt to its commit: recorded chance, re-runs, reservations, late
//! values, dry runs and idempotency keys.

mod begin;

use crate::audit;
use crate::error::{Error, Result};
use crate::late;
use crate::overlay::Overlay;
use crate::recorded::Recorded;
use crate::sign_in::SignInFrom;
use crate::work::{RunContext, Work, balance_after};
use host_core::credit::Credits;
use host_core::kind::Stale;
use host_core::late::fill_reply;
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::Object;
use host_core::plan::{Change, Database, Guard, Idempotency, LateValue, Name, Plan, Reservation};
use host_core::port::{CommitError, Committed};
use host_core::record::RecordKinds;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::SessionOutcome;
use host_core::{JobId, Refusal, TenantId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most attempts at one action; the last one runs alone in its tenant.
const ATTEMPTS: u8 = 3;

/// One action. Dropping it releases what it reserved.
pub struct Run {
    context: Arc<RunContext>,
    recorded: Recorded,
    conflicts: u8,
    reservation: Option<Reservation>,
    dry_run: bool,
    line: Option<Arc<Line>>,
    password: Option<Arc<Secret>>,
    /// Where the request came from, when it was one.
    from: Option<Arc<SignInFrom>>,
    /// The job that it is a piece of.
    job: Option<JobId>,
    key: Option<(UserId, String, [u8; 32])>,
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Finished {
    /// Committed, or nothing was to be committed.
    Done {
        /// The reply with late values filled in.
        reply: Vec<u8>,
        /// What the store answered; empty for a dry run and for a plan without writes.
        committed: Committed,
    },
    /// Nothing was committed: the first request with this idempotency key was, while this one ran.
    /// Its caller had gone before the answer came.
    Before {
        /// The first request's reply.
        reply: Vec<u8>,
    },
    /// Something it was decided from changed meanwhile: attempt again. The third time it is a
    /// refusal instead.
    Again,
}

impl Run {
    /// Commits an attempt without a reply. False when it has to be made again.
    ///
    /// # Errors
    /// As [`Run::finish`].
    pub async fn settle(&mut self, work: Work) -> Result<bool> {
        Ok(!matches!(self.finish(work, Vec::new()).await?, Finished::Again))
    }

    /// Makes the run one that commits nothing.
    pub fn dry_run(mut self, dry_run: bool) -> Run {
        self.dry_run = dry_run;
        self
    }

    /// Gives the run the line that signed in, so that it is not read again, and the password that
    /// it showed, so that it is not opened again.
    pub fn with_line(mut self, line: Option<Arc<Line>>, password: Option<Arc<Secret>>) -> Run {
        (self.line, self.password) = (line, password);
        self
    }

    /// Says which surface was asked, by whom: without it nothing is done to sessions.
    pub fn asked(mut self, from: SignInFrom) -> Run {
        self.from = Some(Arc::new(from));
        self
    }

    /// Makes the run a piece of a job: its rows leave one row of the audit together.
    pub(crate) fn of_job(mut self, job: Option<JobId>) -> Run {
        self.job = job;
        self
    }

    /// Puts the run under an idempotency key of the calling user. `request` is the SHA-256 over
    /// action and parameters. Returns the first request's reply when there was one.
    ///
    /// # Errors
    /// `idempotency_mismatch` when the key was used for another request, `idempotency_busy`
    /// while the first one runs, `invalid_input` for a malformed key, a caller without user and an action on what is
    /// kept in the control database.
    pub async fn under_key(&mut self, key: &str, request: [u8; 32]) -> Result<Option<Vec<u8>>> {
        let Some(user) = self.context.caller.user() else {
            let message = "Only users can send an idempotency key.";
            return Err(Refusal::field(Code::InvalidInput, "idempotency_key", message).into());
        };
        if self.context.database == Database::Control {
            let message = "This action takes no idempotency key: what it makes has a name that only one can have.";
            return Err(Refusal::field(Code::InvalidInput, "idempotency_key", message).into());
        }
        host_core::name::idempotency_key(key)?;
        let (engine, tenant) = (&self.context.engine, self.context.caller.tenant);
        if !engine.running.lock().insert((tenant, user, key.to_owned())) {
            let refusal = Refusal::new(Code::IdempotencyBusy, "The first request with this key still runs.");
            return Err(refusal.retry_after(1).into());
        }
        // From here on dropping the run takes the key out of the set again.
        self.key = Some((user, key.to_owned(), request));
        self.first_reply().await
    }

    /// The reply that is kept under the run's key, if there is one. To be asked before a refusal is
    /// told: the first request may have been committed since [`Run::under_key`], by a caller who
    /// has gone, and what a verb refuses may be what that one made.
    ///
    /// # Errors
    /// `idempotency_mismatch` when the key was used for another request.
    pub async fn first_reply(&self) -> Result<Option<Vec<u8>>> {
        let Some((user, key, request)) = &self.key else { return Ok(None) };
        let tenant = self.context.caller.tenant;
        match self.context.engine.store().replayed(tenant, *user, key.clone()).await? {
            None => Ok(None),
            Some(first) if first.request == *request => Ok(Some(first.reply)),
            Some(_) => {
                let message = "This idempotency key belongs to another request; take a new one.";
                Err(Refusal::new(Code::IdempotencyMismatch, message).into())
            }
        }
    }

    /// A fresh attempt with an empty plan and the recorded chance of the one before.
    pub fn attempt(&mut self) -> Work {
        let recorded = std::mem::take(&mut self.recorded).rewound();
        let work = Work::new(Arc::clone(&self.context), recorded, self.dry_run, self.line.clone());
        work.showing(self.password.clone()).asked(self.from.clone())
    }

    /// Commits an attempt. `reply` is what the caller will get, a view or a document with `data`
    /// and `headers`; late tokens in it are replaced.
    ///
    /// # Errors
    /// `conflict` after the third attempt, `too_large` for a plan beyond the limits of one plan,
    /// [`Error::Invalid`] for a token that is not a whole JSON string of the reply's data, or that
    /// the plan would store.
    pub async fn finish(&mut self, mut work: Work, reply: Vec<u8>) -> Result<Finished> {
        self.recorded = std::mem::take(&mut work.recorded);
        if work.is_too_large() {
            let message = "This is too much for one action: at most 10000 changes and 8 MiB.";
            return Err(Refusal::new(Code::TooLarge, message).into());
        }
        if self.key.is_some() && matches!(work.session_outcome, Some(SessionOutcome::Issued { .. })) {
            // Its reply would be kept, and the token with it.
            let message = "A session is not issued under an idempotency key; send the request without one.";
            return Err(Refusal::field(Code::InvalidInput, "idempotency_key", message).into());
        }
        let dry_run = work.dry_run;
        let mut plan = self.seal(work)?;
        self.check_late(&plan, &reply)?;
        if dry_run || (plan.is_empty() && self.key.is_none()) {
            let values = self.as_of_now(&plan).await?;
            let reply = fill_reply(reply, &plan.late, &values);
            return Ok(Finished::Done { reply, committed: Committed { late: values, ..Committed::default() } });
        }
        plan.idempotency = self.key.as_ref().map(|(user, key, request)| Idempotency {
            user: *user,
            key: key.clone(),
            request: *request,
            reply: reply.clone(),
            at: self.context.now,
        });
        Box::pin(self.commit(plan, reply)).await
    }

    async fn commit(&mut self, plan: Plan, reply: Vec<u8>) -> Result<Finished> {
        let engine = Arc::clone(&self.context.engine);
        let (names, effects, tokens) = (plan.names(), plan.effects.clone(), plan.late.clone());
        let under_way = engine.begin_unfinished(self.context.database, &plan).await?;
        // For a caller who goes away while it waits.
        let expected = engine.expect_effects(self.context.database, &effects);
        let outcome = engine.store().commit(self.context.database, plan).await;
        if let Some(under_way) = under_way {
            under_way.answered(engine.clock().monotonic());
        }
        if let Ok(committed) = &outcome {
            self.release();
            engine.perform(self.context.database, effects, &committed.outbox).await;
        }
        expected.met();
        match outcome {
            Ok(committed) => Ok(Finished::Done { reply: fill_reply(reply, &tokens, &committed.late), committed }),
            Err(CommitError::Conflict(Guard::Unused(..))) => match self.first_reply().await? {
                Some(reply) => Ok(Finished::Before { reply }),
                None => self.reserve(names).await,
            },
            Err(CommitError::Conflict(guard)) => {
                tracing::debug!(action = self.context.action, ?guard, "a plan met a conflict");
                self.reserve(names).await
            }
            Err(CommitError::Invalid(reason)) => Err(Error::Invalid(reason)),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    async fn reserve(&mut self, names: BTreeSet<Name>) -> Result<Finished> {
        self.release();
        self.conflicts += 1;
        if self.conflicts >= ATTEMPTS {
            let message = "Others kept changing the same things; try again.";
            return Err(Refusal::new(Code::Conflict, message).retry_after(1).into());
        }
        let alone = self.conflicts + 1 == ATTEMPTS;
        self.reservation = Some(self.context.engine.store().reserve(self.context.database, names, alone).await?);
        Ok(Finished::Again)
    }

    fn seal(&self, work: Work) -> Result<Plan> {
        let Work { context, mut plan, overlay, .. } = work;
        plan.stale = made_stale(&overlay, context.engine.kinds());
        let mut audit: Vec<_> = match self.job {
            None => audit::rows(&overlay, &context.caller, &context.action, context.now),
            Some(job) => {
                let piece = audit::of_piece(&overlay, &context.caller, &context.action, context.now, job)?;
                piece.into_iter().collect()
            }
        };
        audit::put_together(&mut audit, std::mem::take(&mut plan.audit));
        // Rows first, so that members and transfers find them; deletions last, so that set
        // changes find what they name.
        let (mut writes, mut deletions) = (Vec::new(), Vec::new());
        for (key, row) in overlay.into_touched() {
            match (row.before, row.after) {
                (None, Some(new)) => writes.push(Change::Insert(Box::new(new))),
                (Some(_), Some(new)) => writes.push(Change::Update(Box::new(new))),
                (Some(old), None) => deletions.push(Change::Delete(key, Object::version(&old))),
                (None, None) => {}
            }
        }
        writes.append(&mut plan.changes);
        writes.append(&mut deletions);
        Ok(Plan { changes: writes, audit, reservation: self.reservation, ..plan })
    }

    /// Refuses misplaced tokens while nothing is committed yet.
    fn check_late(&self, plan: &Plan, reply: &[u8]) -> Result<()> {
        let (keyring, tenant) = (self.context.engine.keyring(), self.context.caller.tenant);
        late::check(plan, reply, |object| match object {
            Object::Line(line) => keyring.open(tenant, line.id, &line.password),
            _ => None,
        })
    }

    /// Late values as a dry run shows them: from the balances of this moment.
    async fn as_of_now(&self, plan: &Plan) -> Result<Vec<String>> {
        let mut values = Vec::with_capacity(plan.late.len());
        for late in &plan.late {
            values.push(match late.value {
                LateValue::BalanceBefore(account) => self.committed_balance(account).await?.to_string(),
                LateValue::BalanceAfter(account) => {
                    let committed = self.committed_balance(account).await?;
                    balance_after(plan, account, committed).to_string()
                }
                LateValue::AuditHash => "null".to_owned(),
            });
        }
        Ok(values)
    }

    async fn committed_balance(&self, account: Account) -> Result<Credits> {
        Ok(self.context.engine.store().balance(self.context.caller.tenant, account).await?)
    }

    fn release(&mut self) {
        if let Some(reservation) = self.reservation.take() {
            self.context.engine.store().release(self.context.database, reservation);
        }
    }
}

/// What documents say that their changes make old.
fn made_stale(overlay: &Overlay, kinds: &RecordKinds) -> Vec<Stale> {
    let mut stale = Vec::new();
    for (_, row) in overlay.touched() {
        let Some(Object::Document(document)) = row.before.as_ref().or(row.after.as_ref()) else { continue };
        let made = kinds.plain(&document.collection).map(|plain| plain.makes_stale);
        stale.extend(made.filter(|made| *made != Stale::Nothing && !stale.contains(made)));
    }
    stale
}

impl Drop for Run {
    fn drop(&mut self) {
        self.release();
        if let Some((user, key, _)) = self.key.take() {
            let tenant: TenantId = self.context.caller.tenant;
            self.context.engine.running.lock().remove(&(tenant, user, key));
        }
    }
}
