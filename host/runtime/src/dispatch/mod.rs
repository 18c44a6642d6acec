//! From a call to its reply: permits, a fresh instance for each attempt, the commit. Does not know HTTP, nor what an
//! action does.

mod attempt;
mod cached;
mod checking;
mod guarded;
mod running;

use crate::Runtime;
use crate::body::build::BodyBuild;
use crate::body::sink::Sink;
use crate::body::window::Entries;
use crate::body::wish::Wish;
use crate::body::{BodyReply, reply::BodySource};
use crate::call::{Call, CallError, Reply};
use crate::health::Ending;
use crate::limits::{Spent, TICK, Time, has_no_room};
use crate::permits::{Bounds, Permit};
use crate::reply::{self, Checked};
use crate::route::Route;
use crate::snapshot::Snapshot;
use crate::state::{Asked, CallState};
use crate::stop::Stop;
use crate::waits::Late;
use attempt::{Failure, Success, content_type, fault, tag};
use bytes::Bytes;
use cached::{NO_LIST, may_be_cached};
use checking::data;
use host_core::action::{ActionKind, Budget};
use host_engine::{Error, Finished, Run};
use running::Link;
use sha2::{Digest, Sha256};
use std::pin::pin;
use std::sync::Arc;

impl Runtime {
    /// Answers a call: from a cached body when the action has a cache rule, otherwise by running
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
        let call = Arc::new(call);
        match (&route.action.cache, &call.line) {
            (Some(rule), line) if may_be_cached(rule, line.as_deref()) => {
                Box::pin(self.cached(snapshot, route, rule, &call, &wish)).await
            }
            _ => self.guarded(route, &call, pin!(self.fresh(snapshot, route, &call, &wish))).await,
        }
    }

    /// Runs the plugin until its plan is committed.
    async fn fresh(&self, snapshot: &Snapshot, route: &Route, call: &Arc<Call>, wish: &Wish) -> Result<Reply, Failure> {
        let (caller, label) = (call.caller.clone(), &*route.label);
        let begun = match &route.action.does {
            Some(verb) => self.engine.begin_on(caller, label, verb.kind()),
            None => self.engine.begin(caller, label),
        };
        let mut run = begun.with_line(call.line.clone(), call.password.clone()).dry_run(call.dry_run);
        if route.action.kind == ActionKind::Write {
            run = run.asked(from(route, call));
        }
        if let Some(key) = &call.idempotency
            && let Some(first) = run.under_key(key, fingerprint(route, call)).await?
        {
            return Box::pin(self.replayed(route, call, first)).await;
        }
        loop {
            let attempted = self.attempt(snapshot, route, call, &mut run, None, Sink::default()).await;
            if let Err(Failure::Call(CallError::Refusal(_))) = &attempted
                && let Some(first) = run.first_reply().await?
            {
                return Box::pin(self.replayed(route, call, first)).await;
            }
            let Success { work, reply, body, held } = attempted?;
            let body = body.into_held();
            if route.action.kind == ActionKind::Write && body.is_some() {
                // Its repeat under the same key could not be answered.
                return Err(Failure::Fault("a write answers with data, not with a body".into()));
            }
            let mut checked = self.checked(route, call, reply, body.is_some(), held).await?;
            let plan = call.dry_run.then(|| work.listing());
            let session = work.session_outcome().cloned();
            // Nobody asks for the reply of a read again.
            let kept = checked.kept.take().unwrap_or_default();
            match run.finish(work, kept.into_bytes()).await {
                Ok(Finished::Again) => continue,
                Ok(Finished::Before { reply }) => return Box::pin(self.replayed(route, call, reply)).await,
                Ok(Finished::Done { reply, committed }) => {
                    let checked = match committed.late.is_empty() {
                        true => checked,
                        false => Box::pin(self.seen_again(route, call, reply)).await?,
                    };
                    return Ok(match body {
                        Some(body) => Reply::Body(self.once(route, call, checked, body, wish)?),
                        None => data(checked, plan, session),
                    });
                }
                // The plan or a token in the reply breaks the rules of plans: that was the plugin's doing.
                Err(Error::Invalid(reason)) => return Err(Failure::Fault(reason)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// One attempt, each guest of it in a fresh instance, within the budget of the action's class.
    async fn attempt(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        call: &Arc<Call>,
        run: &mut Run,
        build: Option<Arc<BodyBuild>>,
        body: Sink,
    ) -> Result<Success, Failure> {
        let budget = route.action.budget;
        let takes_long = build.is_some() || budget != Budget::Fast;
        let _permits = self.permits(snapshot, route, takes_long)?;
        let before = route.before.iter().map(|step| self.permits(snapshot, step, takes_long));
        let _before = before.collect::<Result<Vec<_>, _>>()?;
        // What waits for answers from elsewhere begins here: it hardly runs.
        let begins_slow = build.is_some() || budget == Budget::Job;
        let time = Time::of(budget);
        let state = CallState::new(run.attempt(), build);
        let state = CallState { body, meter: state.meter.with_time(time), ..state };
        let waits = Arc::clone(&state.waits);
        let before = route.before.iter().map(|step| link(step, call)).collect::<Result<_, _>>()?;
        let running = Box::pin(running::run(before, link(route, call)?, state));
        let answered = self.slow.run(snapshot.tenant, running, TICK, begins_slow, &route.state.handed_over);
        // Too late: dropping the answer has dropped the instance, and with it the plan.
        let (mut state, answered) = match waits.within(time, answered).await {
            Ok(Some(answered)) => answered,
            Ok(None) => {
                let error = Error::Invalid("a call ended without an answer".into());
                return Err(Failure::Call(CallError::Ours(error)));
            }
            Err(Late::Guest) => return Err(Failure::Limit(Spent::Wall)),
            Err(Late::Host) => {
                route.active.counters.count(Ending::TurnedAway);
                return Err(Failure::Call(CallError::Busy { retry_after: 1 }));
            }
        };
        match answered {
            Ok(Ok(reply)) => Ok(Success { body: state.body, work: state.work, held: state.held, reply }),
            Ok(Err(told)) => {
                let refusal = reply::refusal(told, state.refused.take(), &route.action).map_err(fault)?;
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
        checked: Checked,
        body: Vec<u8>,
        wish: &Wish,
    ) -> Result<BodyReply, Failure> {
        let entries = match wish.part {
            Some(_) => Some(Entries::of(&body).ok_or_else(|| Failure::Fault(NO_LIST.into()))?),
            None => None,
        };
        let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &body);
        let headers = checked.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let (content_type, content) = (content_type(route), BodySource::Once(vec![Bytes::from(body)]));
        let reply = BodyReply { content_type, headers, etag: tag(&mac.0), archive: None, content };
        Ok(reply.fulfilling(wish, entries.as_ref()))
    }

    /// The right to run a guest: of the process, of the tenant, of its plugin. Nobody waits for it.
    fn permits<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        route: &'a Route,
        takes_long: bool,
    ) -> Result<[[Option<Permit<'a>>; 2]; 3], CallError> {
        let busy = || {
            route.active.counters.count(Ending::TurnedAway);
            CallError::Busy { retry_after: 1 }
        };
        let take = |bounds: &'a Bounds| bounds.take(takes_long).ok_or_else(busy);
        Ok([take(&self.bounds)?, take(&snapshot.shared.bounds)?, take(&route.active.bounds)?])
    }
}

/// A guest of a call.
fn link(route: &Route, call: &Arc<Call>) -> Result<Link, Failure> {
    let (action, settings) = (Arc::clone(&route.action), Arc::clone(&route.active.settings));
    Ok(Link {
        active: Arc::clone(&route.active),
        asked: Asked { call: Arc::clone(call), action, settings },
        label: Arc::clone(&route.label),
        parameters: parameters(route, call)?,
    })
}

/// The parameters as a guest gets them. A common action's are its verb's arguments.
fn parameters(route: &Route, call: &Call) -> Result<String, Failure> {
    if route.action.does.is_some() {
        return Ok("{}".to_owned());
    }
    let text = serde_json::to_string(&call.parameters);
    text.map_err(|error| Failure::Call(CallError::Ours(Error::Invalid(error.to_string()))))
}

/// What ended a guest: a trap is its fault, a limit may be its caller's wish, a failure of storage is ours, and
/// no room for it is nobody's.
fn failure(error: &wasmtime::Error) -> Failure {
    match error.downcast_ref::<Stop>() {
        Some(Stop::Ours(error)) => return Failure::Call(CallError::from(error.clone())),
        Some(Stop::Spent(spent)) => return Failure::Limit(*spent),
        Some(stop) => return Failure::Fault(stop.to_string()),
        None => {}
    }
    if let Some(spent) = error.downcast_ref::<Spent>() {
        return Failure::Limit(*spent);
    }
    if has_no_room(error) {
        return Failure::Call(CallError::Busy { retry_after: 1 });
    }
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(trap) => Failure::Fault(trap.to_string()),
        None => Failure::Fault(format!("{error:#}")),
    }
}

/// Which surface was asked, and by what client.
fn from(route: &Route, call: &Call) -> host_engine::SignInFrom {
    host_engine::SignInFrom {
        address: call.request.address,
        agent: Arc::clone(&call.request.agent),
        surface: route.action.surface.as_str().into(),
        request: Arc::clone(&call.caller.request),
        // Who calls an action has signed in.
        query: host_core::secret::Secret::default(),
        code: call.request.code.clone(),
    }
}

/// SHA-256 over all that was asked: what a repeat under the same idempotency key must have.
fn fingerprint(route: &Route, call: &Call) -> [u8; 32] {
    let parameters = serde_json::to_vec(&call.parameters).unwrap_or_default();
    let mut hasher = Sha256::new().chain_update(route.label.as_bytes()).chain_update([0]).chain_update(parameters);
    if let Some(name) = &call.asked_name {
        hasher = hasher.chain_update([0]).chain_update(name.as_bytes());
    }
    if !call.body.is_empty() {
        hasher = hasher.chain_update([1]).chain_update(&call.body);
    }
    hasher.finalize().into()
}
