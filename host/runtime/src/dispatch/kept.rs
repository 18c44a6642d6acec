//! Calls of actions with a cache rule: the kept body, or its build by the plugin, and what of it
//! is this caller's own. Knows nothing of how a guest runs.

use super::{Failure, Success, content_type, fault, tag};
use crate::Runtime;
use crate::body::build::Build;
use crate::body::cache::{Body, Kept};
use crate::body::encode::Encoded;
use crate::body::key::Key;
use crate::body::splice::{Marker, Template};
use crate::body::{BodyReply, header_of, reply::Held};
use crate::call::{Call, Reply};
use crate::health::Ending;
use crate::reply::ReplyDocument;
use crate::snapshot::{Route, Snapshot};
use host_core::action::{CacheRule, Dependency, Splice};
use host_core::line::Line;
use std::sync::Arc;

impl Runtime {
    /// Answers from a kept body, building it first when it is not there.
    pub(super) async fn kept(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        rule: &CacheRule,
        call: &Call,
    ) -> Result<Reply, Failure> {
        let key = Key::of(&self.engine, route, rule, call);
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
        let mut run = self.engine.begin(call.caller.clone(), &*route.label);
        run = run.with_line(call.line.clone(), call.password.clone());
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
                for filling in &fillings {
                    // Length first, so that two values cannot run together.
                    text.extend_from_slice(&(filling.len() as u64).to_le_bytes());
                    text.extend_from_slice(filling);
                }
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
            Splice::Password if let Some(shown) = &call.password => shown.reveal().to_owned(),
            Splice::Password => {
                let opened = self.engine.keyring().open(call.caller.tenant, line.id, &line.password);
                opened.map(|secret| secret.reveal().to_owned()).unwrap_or_default()
            }
        }
    }
}

/// A body that depends on line facts can be kept only for lines.
pub(super) fn may_be_kept(rule: &CacheRule, line: Option<&Line>) -> bool {
    let of_line = |dependency: &Dependency| matches!(dependency, Dependency::Bouquets | Dependency::Outputs);
    line.is_some() || (rule.splice.is_empty() && !rule.depends.iter().any(of_line))
}

/// What is kept of a build.
fn keep(body: Vec<u8>, document: ReplyDocument, content_type: String, build: &Build) -> Result<Kept, String> {
    let template = Template::cut(&body, build.marker())?;
    let cut = |(name, value): (String, String)| {
        Template::cut(value.as_bytes(), build.marker()).map(|template| (name.to_ascii_lowercase(), template))
    };
    let headers = document.headers.into_iter().map(cut).collect::<Result<_, _>>()?;
    let digest = template.digest();
    let body =
        if template.is_whole() { Body::Whole(Encoded::new(template.into_text())) } else { Body::Template(template) };
    Ok(Kept { content_type, headers, digest, body })
}
