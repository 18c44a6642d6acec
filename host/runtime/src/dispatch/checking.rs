//! What a guest answered, checked before its plan is committed, and cut to what its caller sees. A large reply is
//! read on the slow lane: no request's thread is held for it.

use super::attempt::{Failure, fault};
use crate::Runtime;
use crate::call::{Call, CallError, Reply};
use crate::guest::GuestReply;
use crate::held::HeldAnswers;
use crate::reply::{Audience, Checked};
use crate::route::Route;
use host_core::session::SessionOutcome;
use host_engine::Error;
use std::sync::Arc;

/// About what a row comes to as text.
const ROW_BYTES: usize = 400;

impl Runtime {
    /// What a reply says to its caller.
    pub(super) async fn checked(
        &self,
        route: &Route,
        call: &Call,
        reply: GuestReply,
        wrote: bool,
        mut held: HeldAnswers,
    ) -> Result<Checked, Failure> {
        let (audience, bytes) = (audience(route, call), reply.content.len() + held.rows() * ROW_BYTES);
        let check = move || audience.check(reply, wrote, &mut held);
        let checked = self.slow.work(call.caller.tenant, bytes, check).await.ok_or_else(broken)?;
        checked.map_err(fault)
    }

    /// A reply that was committed. That it cannot be read any more is no fault of the plugin.
    pub(super) async fn seen_again(&self, route: &Route, call: &Call, reply: Vec<u8>) -> Result<Checked, Failure> {
        let (audience, bytes) = (audience(route, call), reply.len());
        let see = move || {
            let reply = str::from_utf8(&reply).map_err(|error| error.to_string())?;
            audience.see_again(reply).map_err(|lie| lie.to_string())
        };
        let seen = self.slow.work(call.caller.tenant, bytes, see).await.ok_or_else(broken)?;
        seen.map_err(|error| Failure::Call(CallError::Ours(Error::Invalid(format!("a kept reply: {error}")))))
    }

    /// The reply that was kept under an idempotency key.
    pub(super) async fn replayed(&self, route: &Route, call: &Call, reply: Vec<u8>) -> Result<Reply, Failure> {
        Ok(data(self.seen_again(route, call, reply).await?, None, None))
    }
}

/// Who the reply of a call is for.
pub(super) fn audience(route: &Route, call: &Call) -> Audience {
    let (role, columns) = (call.caller.role(), call.columns.clone());
    Audience { action: Arc::clone(&route.action), role, columns, parameters: named_by(route, call) }
}

/// The parameters, where a place may be named by them.
fn named_by(route: &Route, call: &Call) -> serde_json::Map<String, serde_json::Value> {
    let is_named = route.action.reply.outcomes.iter().any(|outcome| outcome.location.is_some());
    if is_named { call.parameters.clone() } else { serde_json::Map::new() }
}

pub(super) fn data(checked: Checked, plan: Option<serde_json::Value>, session: Option<SessionOutcome>) -> Reply {
    let Checked { data, total, matching, ending, .. } = checked;
    Reply::Data { data, total, matching, ending, session, plan }
}

fn broken() -> Failure {
    Failure::Call(CallError::Ours(Error::Invalid("a reply was not read to its end".into())))
}
