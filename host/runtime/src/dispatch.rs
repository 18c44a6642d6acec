//! From a call to its reply: permits, a fresh instance for each attempt, the commit, and kept bodies.
//! Knows nothing of HTTP and of what any action does.

use crate::Runtime;
use crate::body::build::Build;
use crate::body::cache::{Body, Kept};
use crate::body::encode::Encoded;
use crate::body::key::Key;
use crate::body::splice::{Marker, Template};
use crate::body::{BodyReply, header_of, reply::Held};
use crate::breaker::whole_seconds;
use crate::call::{Call, CallError, Reply};
use crate::document;
use crate::health::Ending;
use crate::limits::{Spent, Time};
use crate::log::{Level, LogLine};
use crate::reply::{self, ReplyDocument};
use crate::snapshot::{Route, Snapshot};
use crate::state::{CallState, Stop};
use bytes::Bytes;
use host_core::action::{ActionKind, Budget, CacheRule, Dependency, Splice};
use host_core::line::Line;
use host_engine::{Error, Finished, Run, Work};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A guest's success: the attempt with its plan, the reply, and the body it wrote.
struct Success {
    work: Work,
    reply: String,
    body: Option<Vec<u8>>,
}

/// Why an attempt is over. Nothing of it is committed.
enum Failure {
    /// Whatever the caller gets.
    Call(CallError),
    /// The plugin broke: how, for its log.
    Fault(String),
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
    pub async fn call(&self, snapshot: &Arc<Snapshot>, route: &Route, call: Call) -> Result<Reply, CallError> {
        if call.caller.tenant != snapshot.tenant {
            return Err(CallError::Ours(Error::Invalid("a call came to another tenant's routes".into())));
        }
        let answered = match (&route.action.cache, &call.line) {
            (Some(rule), line) if !call.dry_run && may_be_kept(rule, line.as_deref()) => {
                self.kept(snapshot, route, rule, &call).await
            }
            _ => self.fresh(snapshot, route, &call).await,
        };
        answered.map_err(|failure| self.report(route, &call, failure))
    }

    /// Runs the plugin until its plan is committed.
    async fn fresh(&self, snapshot: &Snapshot, route: &Route, call: &Call) -> Result<Reply, Failure> {
        self.admit(route)?;
        let begun = self.engine.begin(call.caller.clone(), &*route.label);
        let mut run = begun.with_line(call.line.clone()).dry_run(call.dry_run);
        if let Some(key) = &call.idempotency
            && let Some(first) = run.under_key(key, fingerprint(route, call)).await?
        {
            let document = ReplyDocument::read(&first, &route.action, false).map_err(fault)?;
            return Ok(data(document, None));
        }
        loop {
            let Success { work, reply, body } = self.attempt(snapshot, route, call, &mut run, None).await?;
            let checked = ReplyDocument::read(reply.as_bytes(), &route.action, body.is_some()).map_err(fault)?;
            let plan = call.dry_run.then(|| work.listing());
            match run.finish(work, reply.into_bytes()).await {
                Ok(Finished::Again) => continue,
                Ok(Finished::Done { reply, committed }) => {
                    self.succeed(route, Ending::Answered);
                    let document = if committed.late.is_empty() {
                        checked
                    } else {
                        ReplyDocument::read(&reply, &route.action, body.is_some()).map_err(fault)?
                    };
                    return Ok(match body {
                        Some(body) => Reply::Body(self.once(route, call, document, body)),
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
    ) -> Result<Success, Failure> {
        let _permits = self.permits(snapshot, route)?;
        let budget = if build.is_some() { Budget::Job } else { route.action.budget };
        let time = Time::of(budget);
        let placed = &route.placed;
        let work = run.attempt();
        let document = document::write(call, &route.action, work.now(), build.as_deref());
        let writes = route.action.kind == ActionKind::Write;
        let state = CallState::new(work, Arc::clone(&placed.grant), writes, build, Arc::clone(&placed.log));
        let begun = self.engine.clock().monotonic();
        let answered = placed.loaded.answer(&self.wasm, state, time, &route.label, &document);
        let answered = tokio::time::timeout(time.wall, answered).await;
        placed.figures.ran(self.engine.clock().monotonic().saturating_sub(begun));
        // Too late: dropping the answer has dropped the instance, and with it the plan.
        let Ok((mut state, answered)) = answered else { return Err(Failure::Fault(Spent::Wall.to_string())) };
        match answered {
            Ok(Ok(reply)) => Ok(Success { body: state.body.take(), work: state.work, reply }),
            Ok(Err(told)) => {
                let refusal = reply::refusal(told, state.refused.take(), &route.action).map_err(fault)?;
                self.succeed(route, Ending::Refused);
                Err(Failure::Call(refusal.into()))
            }
            Err(error) => Err(failure(&error)),
        }
    }

    /// Answers from a kept body, building it first when it is not there.
    async fn kept(&self, snapshot: &Snapshot, route: &Route, rule: &CacheRule, call: &Call) -> Result<Reply, Failure> {
        let key = Key::of(&self.engine, &route.plugin, &route.action, rule, call);
        let mut built = false;
        let build = async {
            built = true;
            self.build(snapshot, route, rule, call).await
        };
        let kept = snapshot.shared.bodies.get(key, build).await?;
        if !built {
            route.placed.figures.count(Ending::Kept);
        }
        Ok(Reply::Body(self.personal(call, &kept)))
    }

    async fn build(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        rule: &CacheRule,
        call: &Call,
    ) -> Result<Arc<Kept>, Failure> {
        self.admit(route)?;
        let mut random = [0; 20];
        self.engine.entropy().fill(&mut random);
        let build = Arc::new(Build::new(rule.clone(), Marker::new(&random)));
        let mut run = self.engine.begin(call.caller.clone(), &*route.label).with_line(call.line.clone());
        let success = self.attempt(snapshot, route, call, &mut run, Some(Arc::clone(&build))).await?;
        let Success { reply, body, .. } = success;
        let document = ReplyDocument::read(reply.as_bytes(), &route.action, body.is_some()).map_err(fault)?;
        let Some(body) = body else {
            return Err(Failure::Fault("its action has a cache rule, so it must write its reply as a body".into()));
        };
        let content_type = content_type(route);
        // Compressing takes tens of milliseconds; calls of this thread go on meanwhile.
        let kept = tokio::task::spawn_blocking(move || keep(body, document, content_type, &build)).await;
        let kept = kept.map_err(|error| Failure::Fault(error.to_string()))?.map_err(Failure::Fault)?;
        self.succeed(route, Ending::Answered);
        Ok(Arc::new(kept))
    }

    /// A kept body for this caller.
    fn personal(&self, call: &Call, kept: &Arc<Kept>) -> BodyReply {
        let values = |splice| self.value(call.line.as_deref(), call, splice);
        let headers = kept
            .headers
            .iter()
            .filter_map(|(name, template)| Some((name.clone(), header_of(template, &template.fillings(values))?)));
        let headers = headers.collect();
        let (etag, content) = match &kept.body {
            Body::Whole(_) => (tag(&kept.digest), Held::Whole(Arc::clone(kept))),
            Body::Template(template) => {
                let fillings = template.fillings(values);
                let mut text = kept.digest.to_vec();
                fillings.iter().for_each(|filling| text.extend_from_slice(filling.as_bytes()));
                // Keyed, so that a logged tag does not help to guess a password.
                let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &text);
                (tag(&mac.0), Held::Spliced(Arc::clone(kept), Arc::new(fillings)))
            }
        };
        BodyReply { content_type: kept.content_type.clone(), headers, etag, content }
    }

    fn value(&self, line: Option<&Line>, call: &Call, splice: Splice) -> String {
        let Some(line) = line else { return String::new() };
        match splice {
            Splice::Username => line.username.clone(),
            Splice::Password => {
                let opened = self.engine.keyring().open(call.caller.tenant, line.id, &line.password);
                opened.map(|secret| secret.reveal().to_owned()).unwrap_or_default()
            }
        }
    }

    /// A body that was made for this call alone.
    fn once(&self, route: &Route, call: &Call, document: ReplyDocument, body: Vec<u8>) -> BodyReply {
        let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &body);
        let headers = document.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        BodyReply {
            content_type: content_type(route),
            headers: headers.collect(),
            etag: tag(&mac.0),
            content: Held::Once(Bytes::from(body)),
        }
    }

    fn admit(&self, route: &Route) -> Result<(), CallError> {
        route.placed.breaker.admit(self.engine.clock().monotonic()).map_err(|wait| {
            route.placed.figures.count(Ending::TurnedAway);
            CallError::Busy { retry_after: whole_seconds(wait) }
        })
    }

    /// The right to run a guest: of the process, of the tenant, of the plugin. Nobody waits for it.
    fn permits<'a>(&'a self, snapshot: &'a Snapshot, route: &'a Route) -> Result<[SemaphorePermit<'a>; 3], CallError> {
        let busy = |_| {
            route.placed.figures.count(Ending::TurnedAway);
            CallError::Busy { retry_after: 1 }
        };
        let take = |semaphore: &'a Semaphore| semaphore.try_acquire().map_err(busy);
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

/// A body that depends on line facts can be kept only for lines.
fn may_be_kept(rule: &CacheRule, line: Option<&Line>) -> bool {
    let of_line = |dependency: &Dependency| matches!(dependency, Dependency::Bouquets | Dependency::Outputs);
    line.is_some() || (rule.splice.is_empty() && !rule.depends.iter().any(of_line))
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

/// What is kept of a build.
fn keep(body: Vec<u8>, document: ReplyDocument, content_type: String, build: &Build) -> Result<Kept, String> {
    let template = Template::cut(&body, build.marker())?;
    let cut = |(name, value): (String, String)| {
        Template::cut(value.as_bytes(), build.marker()).map(|template| (name.to_ascii_lowercase(), template))
    };
    let headers = document.headers.into_iter().map(cut).collect::<Result<_, _>>()?;
    let digest = Sha256::digest(template.text()).into();
    let body =
        if template.is_whole() { Body::Whole(Encoded::new(template.into_text())) } else { Body::Template(template) };
    Ok(Kept { content_type, headers, digest, body })
}
