//! Ways to begin an action, and to run a verb to its commit in one go.

use super::{Finished, Run};
use crate::error::{Error, Result};
use crate::recorded::Recorded;
use crate::work::RunContext;
use crate::{Engine, Work};
use host_core::caller::Caller;
use host_core::plan::Database;
use host_core::record::RecordKind;
use serde_json::Value;
use std::sync::Arc;

impl Engine {
    /// Begins an action in the caller's tenant. `action` is what the audit calls it:
    /// `reseller/create_line`, `import m3u`.
    pub fn begin(self: &Arc<Self>, caller: Caller, action: impl Into<String>) -> Run {
        let database = Database::Tenant(caller.tenant);
        self.begin_at(database, caller, action)
    }

    /// Begins an action on the control database: tenants, access codes, plugins.
    pub fn begin_control(self: &Arc<Self>, caller: Caller, action: impl Into<String>) -> Run {
        self.begin_at(Database::Control, caller, action)
    }

    /// Begins a common action on a kind of record: where its records are kept.
    pub fn begin_on(self: &Arc<Self>, caller: Caller, action: impl Into<String>, kind: &str) -> Run {
        match self.kinds().of_word(kind).is_some_and(RecordKind::is_of_process) {
            true => self.begin_control(caller, action),
            false => self.begin(caller, action),
        }
    }

    fn begin_at(self: &Arc<Self>, database: Database, caller: Caller, action: impl Into<String>) -> Run {
        let now = self.ports.clock.now();
        let context = Arc::new(RunContext { engine: Arc::clone(self), caller, action: action.into(), database, now });
        Run {
            context,
            recorded: Recorded::default(),
            conflicts: 0,
            reservation: None,
            dry_run: false,
            line: None,
            password: None,
            from: None,
            job: None,
            key: None,
        }
    }

    /// Runs a verb to its commit, with re-runs: for commands, jobs and tests.
    ///
    /// # Errors
    /// The verb's own, and a `conflict` refusal after three attempts.
    pub async fn act<T>(
        self: &Arc<Self>,
        caller: Caller,
        action: &str,
        verb: impl AsyncFnMut(&mut Work) -> Result<T>,
    ) -> Result<T> {
        self.begin(caller, action).complete(verb).await
    }

    /// Like [`Engine::act`], on the control database.
    ///
    /// # Errors
    /// As [`Engine::act`].
    pub async fn act_control<T>(
        self: &Arc<Self>,
        caller: Caller,
        action: &str,
        verb: impl AsyncFnMut(&mut Work) -> Result<T>,
    ) -> Result<T> {
        self.begin_control(caller, action).complete(verb).await
    }

    /// Like [`Engine::act`], for a verb whose view may hold late tokens: the answer has their
    /// values.
    ///
    /// # Errors
    /// As [`Engine::act`].
    pub async fn act_filled(
        self: &Arc<Self>,
        caller: Caller,
        action: &str,
        mut verb: impl AsyncFnMut(&mut Work) -> Result<Value>,
    ) -> Result<Value> {
        let mut run = self.begin(caller, action);
        loop {
            let mut work = run.attempt();
            let view = verb(&mut work).await?;
            let finished = run.finish(work, view.to_string().into_bytes()).await?;
            if let Finished::Done { reply, .. } | Finished::Before { reply } = finished {
                return serde_json::from_slice(&reply).map_err(|error| Error::Invalid(error.to_string()));
            }
        }
    }
}

/// Runs a verb to its commit, with re-runs, as [`Engine::act`] does, in a future that can be
/// spawned: `act!(engine.begin(caller, "action"), |work| verb(work, id).await?)`. (The compiler
/// cannot yet see that the future of an `AsyncFnMut` that borrows is `Send`.)
#[macro_export]
macro_rules! act {
    ($run:expr, |$work:ident| $verb:expr) => {{
        let mut run = $run;
        loop {
            let mut attempt = run.attempt();
            let answer = {
                let $work = &mut attempt;
                $verb
            };
            if run.settle(attempt).await? {
                break answer;
            }
        }
    }};
}

impl Run {
    async fn complete<T>(self, mut verb: impl AsyncFnMut(&mut Work) -> Result<T>) -> Result<T> {
        Ok(act!(self, |work| verb(work).await?))
    }
}
