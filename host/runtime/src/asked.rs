//! What a request asks of an action, brought to what the action takes: whether its caller may ask, which names mean
//! something, and values of their types. Commands and jobs ask in the same way as HTTP requests.

use crate::call::{Call, RequestFacts};
use crate::route::Route;
use bytes::Bytes;
use host_core::action::{
    ActionKind, Asking, DRY_RUN, IDEMPOTENCY_KEY, Sent, Surface, Unknown, asked_columns, coerced, page_limit,
    refuse_unknown, unknown, unknown_in_objects,
};
use host_core::caller::Caller;
use host_core::line::Line;
use host_core::secret::Secret;
use host_core::{Code, Refusal};
use std::borrow::Cow;
use std::sync::Arc;

/// What is asked of an action, as it was sent.
pub struct Asked<'r> {
    /// The surface, as its plugin describes it.
    pub surface: &'r Surface,
    /// All that was sent.
    pub sent: &'r Sent<'r>,
    /// Who asks.
    pub caller: Caller,
    /// The line that signed in.
    pub line: Option<Arc<Line>>,
    /// The password that it showed.
    pub password: Option<Arc<Secret>>,
    /// Whether what means nothing is passed over, as old scripts need it.
    pub is_compatible: bool,
    /// The name that was asked for, where no action has it.
    pub name: Option<String>,
    /// Facts of the request.
    pub request: RequestFacts,
    /// Whether nothing is to be committed, where that was said beside the parameters; else the parameter counts.
    pub dry_run: Option<&'r str>,
    /// The idempotency keys that were named beside the parameters.
    pub idempotency: Vec<Cow<'r, str>>,
    /// The body, byte for byte, for an action that reads it itself.
    pub body: Bytes,
}

/// A call, and what of the request its answer tells.
pub struct Prepared {
    /// To be made.
    pub call: Call,
    /// Names that were sent and mean nothing, each once.
    pub ignored: Vec<String>,
    /// The most rows that a list answers with; none where the action has no pages.
    pub limit: Option<u64>,
}

impl Route {
    /// The call that is asked for.
    ///
    /// # Errors
    /// `not_permitted` for a caller whom the action does not answer, `invalid_input` for a name that means nothing to
    /// an action that writes, `malformed` for two idempotency keys, and what [`coerced`] refuses.
    pub fn prepare(&self, asked: Asked<'_>) -> Result<Prepared, Refusal> {
        let (action, role) = (&self.action, asked.caller.role());
        if !action.roles.contains(&role) {
            return Err(Refusal::new(Code::NotPermitted, "This account may not do this."));
        }
        let columns = asked_columns(asked.sent)?;
        let ignored = self.passed_over(&asked)?;
        let passes_over = asked.is_compatible;
        let parameters = coerced(action, asked.sent, Asking { role, passes_over })?;
        let limit = page_limit(action, &parameters);
        let (dry_run, idempotency) = (asked.wants_dry_run()?, asked.idempotency(action.kind)?);
        let Asked { caller, line, password, name, request, body, .. } = asked;
        let asked_name = name;
        let call =
            Call { caller, line, password, parameters, columns, asked_name, body, request, dry_run, idempotency };
        Ok(Prepared { call, ignored, limit })
    }

    /// The names that were sent and mean nothing. A write is refused for them, so that nobody believes a thing was set.
    fn passed_over(&self, asked: &Asked<'_>) -> Result<Vec<String>, Refusal> {
        let role = asked.caller.role();
        let names = match asked.surface.reading.unknown {
            _ if self.action.kind == ActionKind::Read => return Ok(Vec::new()),
            Unknown::Refuse if asked.caller.user().is_some() => unknown(asked.surface, &self.action, role, asked.sent),
            Unknown::Members => unknown_in_objects(&self.action, role, asked.sent),
            Unknown::Refuse | Unknown::Ignore => return Ok(Vec::new()),
        };
        if !names.is_empty() && !asked.is_compatible {
            return Err(refuse_unknown(&self.action, role, &names));
        }
        Ok(names)
    }
}

impl Asked<'_> {
    fn wants_dry_run(&self) -> Result<bool, Refusal> {
        let said = self.dry_run.map(Cow::Borrowed);
        let said = said.map_or_else(|| self.sent.text(DRY_RUN), |said| Ok(Some(said)))?;
        Ok(matches!(said.as_deref(), Some("1" | "true")))
    }

    /// The idempotency key of a write as it was sent, right or wrong: the engine knows which it takes.
    fn idempotency(&self, kind: ActionKind) -> Result<Option<String>, Refusal> {
        if kind != ActionKind::Write {
            return Ok(None);
        }
        let sent = self.sent.text(IDEMPOTENCY_KEY)?;
        let mut keys = self.idempotency.iter().chain(&sent);
        let Some(key) = keys.next() else { return Ok(None) };
        if keys.any(|other| other != key) {
            return Err(Refusal::malformed("Send one idempotency key, not two."));
        }
        Ok(Some(key.clone().into_owned()))
    }
}
