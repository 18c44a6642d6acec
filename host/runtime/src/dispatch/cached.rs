//! Calls of actions with a cache rule: the cached body, or its build by the plugin, and what of it is
//! this caller's own.

use super::attempt::{Failure, Success, content_type, fault, tag};
use super::checking::audience;
use crate::Runtime;
use crate::asker::Asker;
use crate::body::begun::{beginning, continue_behind};
use crate::body::build::BodyBuild;
use crate::body::cached::{Body, CachedBody};
use crate::body::encode::Encoded;
use crate::body::file::Folder;
use crate::body::key::Key;
use crate::body::shapes::Shapes;
use crate::body::sink::{Sink, Written};
use crate::body::splice::{Marker, Template};
use crate::body::window::Entries;
use crate::body::wish::Wish;
use crate::body::{BodyReply, header_of, reply::BodySource};
use crate::call::{Call, CallError, Reply};
use crate::health::Ending;
use crate::reply::Checked;
use crate::route::Route;
use crate::snapshot::Snapshot;
use host_core::TenantId;
use host_core::action::{CacheRule, Dependency, Splice};
use host_core::line::Line;
use host_core::port::StoreError;
use host_engine::Error;
use serde_json::Map;
use std::pin::pin;
use std::sync::Arc;

impl Runtime {
    /// Answers from a cached body, building it first when it is not there.
    pub(super) async fn cached(
        self: &Arc<Runtime>,
        snapshot: &Arc<Snapshot>,
        route: &Route,
        rule: &CacheRule,
        call: &Arc<Call>,
        wish: &Wish,
    ) -> Result<Reply, CallError> {
        let key = Key::of(&self.engine, route, rule, call);
        let bodies = &snapshot.shared.bodies;
        let cached = if let Some(cached) = bodies.get(&key, rule.file) {
            route.active.counters.count(Ending::Cached);
            cached
        } else {
            let caller = (Asker::of(&call.caller), self.engine.clock().monotonic());
            // It may outlive this call, and takes along what it needs.
            let (runtime, snapshot, route, call) =
                (Arc::clone(self), Arc::clone(snapshot), route.clone(), Arc::clone(call));
            let build =
                async move { runtime.guarded(&route, &call, pin!(runtime.build(&snapshot, &route, &call))).await };
            bodies.build(key, caller, rule, build).await?
        };
        Ok(Reply::Body(match &rule.begin {
            None => self.personal(call, &cached, wish),
            Some(begin) => self.begun(snapshot, route, begin, call, &cached).await?,
        }))
    }

    /// A cached object behind the members that the rule's other action answers for this call.
    async fn begun(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        begin: &str,
        call: &Arc<Call>,
        cached: &Arc<CachedBody>,
    ) -> Result<BodyReply, CallError> {
        let missing = || Error::Invalid(format!("nobody answers {begin}, which a body begins with"));
        let other = snapshot.route(&route.action.surface, begin).ok_or_else(missing)?;
        let own = Arc::new(Call { parameters: Map::new(), asked_name: None, ..Call::clone(call) });
        let asked = async {
            let text = match self.fresh(snapshot, other, &own, &Wish::default()).await? {
                Reply::Data { data, .. } => beginning(&data),
                Reply::Body(_) => None,
            };
            text.ok_or_else(|| Failure::Fault("a body begins with what it answers, which has to be an object".into()))
        };
        let text = self.guarded(other, &own, pin!(asked)).await?;
        let mut said = cached.digest.to_vec();
        said.extend_from_slice(&text);
        // Keyed like those of spliced bodies: what is the line's own stands in it.
        let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &said);
        let (etag, content) = (tag(&mac.0), BodySource::Begun(text, Arc::clone(cached)));
        Ok(BodyReply { content_type: cached.content_type.clone(), headers: Vec::new(), etag, archive: None, content })
    }

    async fn build(&self, snapshot: &Snapshot, route: &Route, call: &Arc<Call>) -> Result<Arc<CachedBody>, Failure> {
        let Some(rule) = &route.action.cache else { return Err(Failure::Fault("it has no cache rule".into())) };
        let mut random = [0; 20];
        self.engine.entropy().fill(&mut random);
        let build = Arc::new(BodyBuild::new(rule.clone(), Marker::new(&random)));
        let body = if rule.file { Sink::into_file(self.body_folder(snapshot).await?) } else { Sink::default() };
        let mut run = self.engine.begin(call.caller.clone(), &*route.label);
        run = run.with_line(call.line.clone(), call.password.clone());
        let success = self.attempt(snapshot, route, call, &mut run, Some(Arc::clone(&build)), body).await?;
        let Success { reply, body, mut held, .. } = success;
        let checked = audience(route, call).check(reply, body.is_written(), &mut held).map_err(fault)?;
        if !body.is_written() {
            return Err(Failure::Fault("its action has a cache rule, so it must write its reply as a body".into()));
        }
        let body = body.end().await.map_err(Failure::from_stop)?;
        let content_type = content_type(route);
        // Compressing takes tens of milliseconds; calls of this thread go on meanwhile.
        let cached = tokio::task::spawn_blocking(move || keep(body, checked, content_type, &build)).await;
        let cached = cached.map_err(|error| Failure::Fault(error.to_string()))?.map_err(Failure::Fault)?;
        Ok(Arc::new(cached))
    }

    /// The folder of the tenant's bodies.
    async fn body_folder(&self, snapshot: &Snapshot) -> Result<Folder, CallError> {
        let open = async || {
            let path = self.tenant_folder(snapshot.tenant).await?.join("bodies");
            let opened =
                tokio::task::spawn_blocking(|| Folder::open(path)).await.map_err(std::io::Error::from).flatten();
            opened.map_err(|error| Error::from(StoreError::Failed(format!("the folder of bodies: {error}"))))
        };
        Ok(snapshot.shared.bodies.folder.get_or_try_init(open).await?.clone())
    }

    async fn tenant_folder(&self, tenant: TenantId) -> Result<std::path::PathBuf, Error> {
        let tenant = self.engine.tenant(tenant).await?.ok_or(StoreError::NoDatabase)?;
        Ok(self.options.tenants_dir.join(tenant.name))
    }

    /// A cached body for this caller.
    fn personal(&self, call: &Call, cached: &Arc<CachedBody>, wish: &Wish) -> BodyReply {
        let values = |splice| self.value(call.line.as_deref(), call, splice);
        let headers = cached
            .headers
            .iter()
            .filter_map(|(name, template)| Some((name.clone(), header_of(template, &template.fillings(values))?)));
        let headers = headers.collect();
        let (etag, content) = match &cached.body {
            Body::Whole(_) | Body::Filed(_) => (tag(&cached.digest), BodySource::Cached(Arc::clone(cached))),
            Body::Template(template, _) => {
                let fillings = template.fillings(values);
                let mut text = cached.digest.to_vec();
                for filling in &fillings {
                    // Length first, so that two values cannot run together.
                    text.extend_from_slice(&(filling.len() as u64).to_le_bytes());
                    text.extend_from_slice(filling);
                }
                // Keyed, so that a logged tag does not help to guess a password.
                let mac = self.engine.keyring().mac(call.caller.tenant, "etag", &text);
                (tag(&mac.0), BodySource::Spliced(Arc::clone(cached), Arc::new(fillings)))
            }
        };
        let content_type = cached.content_type.clone();
        BodyReply { content_type, headers, etag, archive: None, content }.fulfilling(wish, cached.entries.as_ref())
    }

    fn value(&self, line: Option<&Line>, call: &Call, splice: Splice) -> String {
        let Some(line) = line else { return String::new() };
        match splice {
            Splice::Username => line.username.clone(),
            Splice::Password if let Some(shown) = &call.password => shown.reveal().to_owned(),
            Splice::Password => {
                let opened = self.engine.keyring().open(call.caller.tenant, line.id, &line.password);
                opened.map(|secret| secret.reveal().to_owned()).unwrap_or_default()
            }
        }
    }
}

/// A body that depends on line facts can be cached only for lines.
pub(super) fn may_be_cached(rule: &CacheRule, line: Option<&Line>) -> bool {
    let of_line = |dependency: &Dependency| matches!(dependency, Dependency::Bouquets | Dependency::Outputs);
    line.is_some() || (rule.splice.is_empty() && !rule.depends.iter().any(of_line))
}

/// What is cached of a build.
fn keep(body: Written, checked: Checked, content_type: String, build: &BodyBuild) -> Result<CachedBody, String> {
    let cut = |(name, value): (String, String)| {
        Template::cut(value.as_bytes(), build.marker()).map(|template| (name.to_ascii_lowercase(), template))
    };
    let headers = checked.headers.into_iter().map(cut).collect::<Result<_, _>>()?;
    let mut entries = None;
    let (digest, body) = match body {
        Written::Filed(filed) => (filed.digest, Body::Filed(filed)),
        Written::Held(text) => {
            let template = Template::cut(&text, build.marker())?;
            drop(text);
            let digest = template.digest();
            if template.is_whole() {
                let mut text = template.into_text();
                if build.is_continued() && !continue_behind(&mut text) {
                    return Err(NO_OBJECT.into());
                }
                if build.is_cut() {
                    entries = Some(Entries::of(&text).ok_or(NO_LIST)?);
                }
                (digest, Body::Whole(Encoded::new(text)))
            } else {
                (digest, Body::Template(template, Shapes::default()))
            }
        }
    };
    Ok(CachedBody { content_type, headers, digest, body, entries })
}

const NO_OBJECT: &str = "its cache rule has a beginning, so its body must be a JSON object with members";
pub(super) const NO_LIST: &str = "its cache rule has a window, so its body must be a JSON array";
