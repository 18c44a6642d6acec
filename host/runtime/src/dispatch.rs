//! From a call to its reply: permits, a fresh instance for each attempt, the commit.
//! Knows nothing of HTTP and of what any action does.

mod kept;

use crate::Runtime;
use crate::body::build::Build;
use crate::body::sink::Sink;
use crate::body::window::Entries;
use crate::body::wish::Wish;
use crate::body::{BodyReply, reply::Held};
use crate::breaker::whole_seconds;
use crate::call::{Call, CallError, Reply};
use crate::document;
use crate::health::Ending;
use crate::limits::{Spent, Time};
use crate::log::{Level, LogLine};
use crate::permits::{Permit, Permits};
use crate::reply::{self, ReplyDocument};
use crate::snapshot::{Route, Snapshot};
use crate::state::{CallState, Stop};
use crate::waits::Late;
use bytes::Bytes;
use host_core::action::ActionKind;
use host_engine::{Error, Finished, Run, Work};
use kept::{NO_LIST, may_be_kept};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A guest's success: the attempt with its plan, the reply, and the body it wrote.
struct Success {
    work: Work,
    reply: String,
    body: Sink,
}

/// Why an attempt is over. Nothing of it is committed.
enum Failure {
    /// Whatever the caller gets.
    Call(CallError),
    /// The plugin broke: how, for its log.
    Fault(String),
}

impl Failure {
    /// What ended a guest, or the body that it wrote: a limit is its fault, a failure of storage ours.
    fn from_stop(stop: Stop) -> Failure {
        match stop {
            Stop::Ours(error) => Failure::Call(CallError::from(error)),
            stop => Failure::Fault(stop.to_string()),
        }
    }
}

impl<E: Into<CallError>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Call(error.into())
    }
}

impl Runtime {
    /// Answers a call: from a kept body when the action has a cache rule, otherwise by running
    /// the plugin, whose plan is committed when it answered success.
    ///
    /// # Errors
    /// See [`CallError`]; in every case nothing was changed.
    pub async fn call(
        self: &Arc<Runtime>,
        snapshot: &Arc<Snapshot>,
        route: &Route,
        mut call: Call,
    ) -> Result<Reply, CallError> {
        if call.caller.tenant != snapshot.tenant {
            return Err(CallError::Ours(Error::Invalid("a call came to another tenant's routes".into())));
        }
        // There is nothing that a read would leave undone.
        call.dry_run &= route.action.kind == ActionKind::Write;
        let wish = Wish::take(&route.action, &mut call.parameters);
        let answered = match (&route.action.cache, &call.line) {
            (Some(rule), line) if may_be_kept(rule, line.as_deref()) => {
                self.kept(snapshot, route, rule, &call, &wish).await
            }
            _ => self.fresh(snapshot, route, &call, &wish).await,
        };
        answered.map_err(|failure| self.report(route, &call, failure))
    }

    /// Runs the plugin until its plan is committed.
    async fn fresh(&self, snapshot: &Snapshot, route: &Route, call: &Call, wish: &Wish) -> Result<Reply, Failure> {
        self.admit(route)?;
        let begun = self.engine.begin(call.caller.clone(), &*route.label);
        let mut run = begun.with_line(call.line.clone(), call.password.clone()).dry_run(call.dry_run);
        if let Some(key) = &call.idempotency
            && let Some(first) = run.under_key(key, fingerprint(route, call)).await?
        {
            return replayed(route, &first);
        }
        loop {
            let attempted = self.attempt(snapshot, route, call, &mut run, None, Sink::default()).await;
            if let Err(Failure::Call(CallError::Refusal(_))) = &attempted
                && let Some(first) = run.first_reply().await?
            {
                return replayed(route, &first);
            }
            let Success { work, reply, body } = attempted?;
            let body = body.into_held();
            if route.action.kind == ActionKind::Write && body.is_some() {
                // Its repeat under the same key could not be answered.
                return Err(Failure::Fault("a write answers with data, not with a body".into()));
            }
            let checked = ReplyDocument::read(reply.as_bytes(), &route.action, body.is_some()).map_err(fault)?;
            let plan = call.dry_run.then(|| work.listing());
            match run.finish(work, reply.into_bytes()).await {
                Ok(Finished::Again) => continue,
                Ok(Finished::Before { reply }) => {
                    self.succeed(route, Ending::Answered);
                    return replayed(route, &reply);
                }
                Ok(Finished::Done { reply, committed }) => {
                    self.succeed(route, Ending::Answered);
                    let document = if committed.late.is_empty() {
                        checked
                    } else {
                        ReplyDocument::read(&reply, &route.action, body.is_some()).map_err(fault)?
                    };
                    return Ok(match body {
                        Some(body) => Reply::Body(self.once(route, call, document, body, wish)?),
                        None => data(document, plan),
                    });
                }
                // The plan or a token in the reply breaks the rules of plans: that was the plugin's doing.
                Err(Error::Invalid(reason)) => return Err(Failure::Fault(reason)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// One attempt in a fresh instance, within the budget of its class.
    async fn attempt(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        call: &Call,
        run: &mut Run,
        build: Option<Arc<Build>>,
        body: Sink,
    ) -> Result<Success, Failure> {
        let _permits = self.permits(snapshot, route)?;
        let time = Time::of(route.action.budget);
        let placed = &route.placed;
        let work = run.attempt();
        let document = document::write(call, route, work.now(), build.as_deref());
        let writes = route.action.kind == ActionKind::Write;
        let state = CallState::new(work, Arc::clone(&placed.grant), writes, build, Arc::clone(&placed.log));
        let state = CallState { body, ..state };
        let begun = self.engine.clock().monotonic();
        let waits = Arc::clone(&state.waits);
        let answered = placed.loaded.answer(&self.wasm, state, time, &route.label, &document);
        let answered = waits.within(time, answered).await;
        placed.figures.ran(self.engine.clock().monotonic().saturating_sub(begun));
        // Too late: dropping the answer has dropped the instance, and with it the plan.
        let (mut state, answered) = match answered {
            Ok(answered) => answered,
            Err(Late::Guest) => return Err(Failure::Fault(Spent::Wall.to_string())),
            Err(Late::Host) => {
                placed.figures.count(Ending::TurnedAway);
                return Err(Failure::Call(CallError::Busy { retry_after: 1 }));
            }
        };
        match answered {
            Ok(Ok(reply)) => Ok(Success { body: state.body, work: state.work, reply }),
            Ok(Err(told)) => {
                let refusal = reply::refusal(told, state.refused.take(), &route.action).map_err(fault)?;
                self.succeed(route, Ending::Refused);
                Err(Failure::Call(refusal.into()))
            }
            Err(error) => Err(failure(&error)),
        }
    }

    /// A body that was made for this call alone.
    fn once(
        &self,
        route: &Route,
        call: &Call,
        document: ReplyDocument,
        body: Vec<u8>,
        wish: &Wish,
    ) -> Result<BodyReply, Failure> {
        let entries = match wish.part {
            Some(_) => Some(Entries::of(&body).ok_or_else(|| Failure::Fault(NO_LIST.into()))?),
            None => None,
        };
        let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &body);
        let headers = document.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let (content_type, content) = (content_type(route), Held::Once(vec![Bytes::from(body)]));
        let reply = BodyReply { content_type, headers, etag: tag(&mac.0), archive: None, content };
        Ok(reply.fulfilling(wish, entries.as_ref()))
    }

    fn admit(&self, route: &Route) -> Result<(), CallError> {
        route.placed.breaker.admit(self.engine.clock().monotonic()).map_err(|wait| {
            route.placed.figures.count(Ending::TurnedAway);
            CallError::Busy { retry_after: whole_seconds(wait) }
        })
    }

    /// The right to run a guest: of the process, of the tenant, of the plugin. Nobody waits for it.
    fn permits<'a>(&'a self, snapshot: &'a Snapshot, route: &'a Route) -> Result<[Permit<'a>; 3], CallError> {
        let busy = || {
            route.placed.figures.count(Ending::TurnedAway);
            CallError::Busy { retry_after: 1 }
        };
        let take = |permits: &'a Permits| permits.take().ok_or_else(busy);
        Ok([take(&self.permits)?, take(&snapshot.shared.permits)?, take(&route.plugin.permits)?])
    }

    fn succeed(&self, route: &Route, ending: Ending) {
        route.placed.breaker.succeeded();
        route.placed.figures.count(ending);
    }

    /// What the caller gets; a fault is noted where the operator and the author find it.
    fn report(&self, route: &Route, call: &Call, failure: Failure) -> CallError {
        let reason = match failure {
            Failure::Call(error) => return error,
            Failure::Fault(reason) => reason,
        };
        let placed = &route.placed;
        placed.breaker.failed(self.engine.clock().monotonic());
        placed.figures.count(Ending::Fault);
        let incident = call.caller.request.clone();
        let plugin = &placed.loaded.manifest.name;
        let reason = crate::log::one_line(&reason, 1_024);
        tracing::warn!(
            tenant = call.caller.tenant.0,
            plugin,
            action = &*route.label,
            incident,
            reason,
            "a plugin failed"
        );
        placed.log.push(LogLine {
            at: self.engine.clock().now(),
            level: Level::Error,
            request: incident.clone(),
            message: format!("{} failed: {reason}", route.label),
        });
        CallError::Fault { incident }
    }
}

/// The reply that was kept under an idempotency key.
fn replayed(route: &Route, reply: &[u8]) -> Result<Reply, Failure> {
    Ok(data(ReplyDocument::read(reply, &route.action, false).map_err(fault)?, None))
}

fn data(document: ReplyDocument, plan: Option<serde_json::Value>) -> Reply {
    let ReplyDocument { data, total, matching, .. } = document;
    let data = data.unwrap_or_else(|| serde_json::value::RawValue::NULL.to_owned());
    Reply::Data { data, total, matching, plan }
}

fn fault(lie: reply::Lie) -> Failure {
    Failure::Fault(lie.to_string())
}

/// What ended a guest: a limit or a trap is its fault, a failure of storage ours.
fn failure(error: &wasmtime::Error) -> Failure {
    match error.downcast_ref::<Stop>() {
        Some(Stop::Ours(error)) => Failure::Call(CallError::from(error.clone())),
        Some(stop) => Failure::Fault(stop.to_string()),
        None => match error.downcast_ref::<wasmtime::Trap>() {
            Some(trap) => Failure::Fault(trap.to_string()),
            None => Failure::Fault(format!("{error:#}")),
        },
    }
}

/// SHA-256 over action and parameters: what a repeat under the same idempotency key must have.
fn fingerprint(route: &Route, call: &Call) -> [u8; 32] {
    let parameters = serde_json::to_vec(&call.parameters).unwrap_or_default();
    Sha256::new().chain_update(route.label.as_bytes()).chain_update([0]).chain_update(parameters).finalize().into()
}

fn content_type(route: &Route) -> String {
    route.action.reply.content_type.clone().unwrap_or_else(|| "application/json".into())
}

fn tag(digest: &[u8; 32]) -> String {
    hex::encode(digest.get(..16).unwrap_or(digest))
}
