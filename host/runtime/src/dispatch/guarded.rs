//! What surrounds a call: its action's breaker before, and after it the breaker, the counters and the plugin's log,
//! which are told how it ended.

use super::attempt::Failure;
use crate::Runtime;
use crate::asker::Asker;
use crate::breaker::{Ended, Leave, whole_seconds};
use crate::call::{Call, CallError};
use crate::health::Ending;
use crate::log::{Level, LogLine};
use crate::route::Route;
use host_engine::log::Happening;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

impl Runtime {
    /// Makes a call when its action's breaker lets it through.
    pub(super) async fn guarded<T>(
        &self,
        route: &Route,
        call: &Call,
        work: Pin<&mut impl Future<Output = Result<T, Failure>>>,
    ) -> Result<T, CallError> {
        let leave = self.admit(route)?;
        let (answered, how, ending) = match work.await {
            Ok(answer) => (Ok(answer), Ended::Well, Some(Ending::Answered)),
            Err(Failure::Call(error @ CallError::Refusal(_))) => (Err(error), Ended::Well, Some(Ending::Refused)),
            Err(Failure::Call(error)) => (Err(error), Ended::Unknown, None),
            Err(Failure::Limit(spent)) => {
                let what = (Happening::PluginLimit, "a call ran into a limit of its plugin");
                self.note(route, call, what, &spent.to_string());
                let refusal = CallError::Refusal(spent.refusal());
                (Err(refusal), Ended::AtLimit(Asker::of(&call.caller)), Some(Ending::AtLimit))
            }
            Err(Failure::Fault(reason)) => {
                self.note(route, call, (Happening::PluginFailed, "a plugin failed"), &reason);
                let incident = Arc::clone(&call.caller.request);
                (Err(CallError::Fault { incident }), Ended::Failed, Some(Ending::Fault))
            }
        };
        route.state.breaker.ended(leave, how, self.engine.clock().monotonic());
        if let Some(ending) = ending {
            route.active.counters.count(ending);
        }
        answered
    }

    fn admit(&self, route: &Route) -> Result<Leave, CallError> {
        route.state.breaker.admit(self.engine.clock().monotonic()).map_err(|wait| {
            route.active.counters.count(Ending::TurnedAway);
            CallError::Busy { retry_after: whole_seconds(wait) }
        })
    }

    /// Notes how a call ended where the operator and the author find it.
    fn note(&self, route: &Route, call: &Call, (happening, what): (Happening, &'static str), reason: &str) {
        let active = &route.active;
        let (plugin, action) = (&active.loaded.manifest.name, &*route.label);
        let (tenant, incident) = (call.caller.tenant.0, &call.caller.request);
        let reason = crate::log::one_line(reason, 1_024);
        tracing::warn!(tenant, plugin, action, incident = &**incident, reason, "{what}");
        // The reason is in the plugin's log, which its author reads: it may hold what a caller sent.
        let message = format!("{action}: {what}.");
        self.engine.happened(call.caller.tenant, happening, plugin, &message);
        active.log.push(LogLine {
            at: self.engine.clock().now(),
            level: Level::Error,
            request: Arc::clone(incident),
            message: format!("{action} failed: {reason}"),
        });
    }
}
