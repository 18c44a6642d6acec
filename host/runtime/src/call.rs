//! One call of an action, from the caller's side: what goes in, what comes out, and what can go wrong.

use crate::body::BodyReply;
use bytes::Bytes;
use host_core::Refusal;
use host_core::action::{Columns, Ending};
use host_core::caller::Caller;
use host_core::line::Line;
use host_core::secret::Secret;
use host_core::session::SessionOutcome;
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::sync::Arc;

/// A call. Its parameters are already coerced, complete and validated, its caller signed in.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who calls, in which tenant.
    pub caller: Caller,
    /// The line that signed in, so that it is not read again.
    pub line: Option<Arc<Line>>,
    /// The password that it showed, so that it is not opened again.
    pub password: Option<Arc<Secret>>,
    /// The parameters by their names in the description.
    pub parameters: Map<String, Value>,
    /// What is asked of the reply's columns.
    pub columns: Columns,
    /// The name that was asked for, where no action has it and a fallback answers.
    pub asked_name: Option<String>,
    /// The request's body as it was sent, for an action that reads it itself.
    pub body: Bytes,
    /// Facts of the request.
    pub request: RequestFacts,
    /// Commit nothing; answer what would have been.
    pub dry_run: bool,
    /// The request's idempotency key.
    pub idempotency: Option<String>,
}

/// What a plugin may know of a request.
#[derive(Debug, Clone)]
pub struct RequestFacts {
    /// `http` or `https`, as the client used it.
    pub scheme: &'static str,
    /// The host as the client should use it, without port.
    pub host: Arc<str>,
    /// The port as the client should use it.
    pub port: u16,
    /// The client's address.
    pub address: IpAddr,
    /// The `User-Agent`; empty when none was sent.
    pub agent: Arc<str>,
    /// The access code in its address; empty without one. Plugins are not told.
    pub code: Secret,
}

/// What an action answered.
#[derive(Clone)]
pub enum Reply {
    /// Data for the surface's envelope.
    Data {
        /// JSON, as the caller sees it, late values filled in.
        data: String,
        /// Rows in scope, on lists.
        total: Option<u64>,
        /// Rows that match, on lists.
        matching: Option<u64>,
        /// What came of it besides.
        ending: Ending,
        /// What it did to the session of its client.
        session: Option<SessionOutcome>,
        /// `{"changes":[…],"effects":[…]}` of a dry run.
        plan: Option<Value>,
    },
    /// A body of its own.
    Body(BodyReply),
}

/// Why there is no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// A correct no, the plugin's or the host's.
    #[error(transparent)]
    Refusal(Refusal),
    /// The plugin broke. Nothing was changed; its log has the incident.
    #[error("the plugin failed (incident {incident})")]
    Fault {
        /// What to ask the operator for: the request's id.
        incident: Arc<str>,
    },
    /// Too many calls, or the plugin's breaker is open.
    #[error("busy; try again in {retry_after} s")]
    Busy {
        /// In seconds.
        retry_after: u32,
    },
    /// The host broke.
    #[error(transparent)]
    Ours(host_engine::Error),
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> CallError {
        CallError::Refusal(refusal)
    }
}

impl From<host_engine::Error> for CallError {
    fn from(error: host_engine::Error) -> CallError {
        match error {
            host_engine::Error::Refusal(refusal) => CallError::Refusal(refusal),
            error => CallError::Ours(error),
        }
    }
}
