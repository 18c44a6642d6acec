//! One attempt at an action: what it reads, what it wants to write, and what it was decided from. [`crate::run`]
//! commits it.

mod context;
mod read;
pub(crate) mod version;
mod write;

pub(crate) use context::RunContext;

use crate::guide::Index;
use crate::overlay::Overlay;
use crate::recorded::Recorded;
use crate::sign_in::SignInFrom;
use crate::{Engine, Result, audit};
use host_core::caller::{Caller, CallerRole};
use host_core::credit::Credits;
use host_core::event::AddressedEffect;
use host_core::late;
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::{Change, Database, Guard, Late, LateValue, MAX_BYTES, MAX_CHANGES, Plan};
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::SessionOutcome;
use host_core::time::Unix;
use host_core::{LineId, Refusal};
use serde_json::{Value, json};
use std::sync::Arc;

/// One attempt. Every read that a verb decides from becomes a guard of the plan; reads by id and
/// by unique value see the plan's own rows, lists and totals see committed state.
pub struct Work {
    pub(crate) context: Arc<RunContext>,
    pub(crate) plan: Plan,
    pub(crate) overlay: Overlay,
    pub(crate) recorded: Recorded,
    pub(crate) dry_run: bool,
    pub(crate) line: Option<Arc<Line>>,
    /// What the calling line showed.
    pub(crate) password: Option<Arc<Secret>>,
    pub(crate) index: Option<Arc<Index>>,
    /// Where the request came from, when it was one.
    pub(crate) from: Option<Arc<SignInFrom>>,
    pub(crate) session_outcome: Option<SessionOutcome>,
    bytes: usize,
}

impl Work {
    pub(crate) fn new(context: Arc<RunContext>, recorded: Recorded, dry_run: bool, line: Option<Arc<Line>>) -> Work {
        let (plan, overlay) = (Plan::default(), Overlay::default());
        Work {
            context,
            plan,
            overlay,
            recorded,
            dry_run,
            line,
            password: None,
            index: None,
            from: None,
            session_outcome: None,
            bytes: 0,
        }
    }

    /// With the password that the calling line showed.
    pub(crate) fn showing(self, password: Option<Arc<Secret>>) -> Work {
        Work { password, ..self }
    }

    /// With where the request came from.
    pub(crate) fn asked(self, from: Option<Arc<SignInFrom>>) -> Work {
        Work { from, ..self }
    }

    /// Where the request came from.
    ///
    /// # Errors
    /// `not_permitted` where the action was not asked for by a request to a surface.
    pub(crate) fn from(&self) -> Result<Arc<SignInFrom>> {
        let missing = || Refusal::new(Code::NotPermitted, "Sessions are for requests to a surface.");
        Ok(self.from.clone().ok_or_else(missing)?)
    }

    /// What this attempt did to the session of its client: nothing before it is committed, and never by a dry run.
    pub fn session_outcome(&self) -> Option<&SessionOutcome> {
        self.session_outcome.as_ref().filter(|_| !self.dry_run)
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.context.caller
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.context.engine
    }

    /// Which database the plan is for.
    pub fn database(&self) -> Database {
        self.context.database
    }

    /// When the action began: the same in every attempt.
    pub fn now(&self) -> Unix {
        self.context.now
    }

    /// Random bytes: a later attempt gets the same ones for the same requests.
    pub fn random(&mut self, count: usize) -> Vec<u8> {
        self.recorded.random(&*self.context.engine.ports.entropy, count)
    }

    /// Random text of [`host_core::name::UNAMBIGUOUS`] characters, 5 bits each.
    pub fn random_text(&mut self, length: usize) -> String {
        host_core::name::generated(&self.random(length))
    }

    /// A fresh id of a kind: a later attempt gets the same ones.
    ///
    /// # Errors
    /// When storage cannot give a block.
    pub async fn next_id(&mut self, kind: Kind) -> Result<u32> {
        if let Some(id) = self.recorded.id(kind) {
            return Ok(id);
        }
        if self.dry_run {
            // A dry run takes no block: its ids are stand-ins from the far end.
            let id = u32::MAX - self.recorded.ids_given();
            self.recorded.add_id(kind, id);
            return Ok(id);
        }
        let engine = &self.context.engine;
        let id = engine.ids.next(engine.store(), self.context.database, kind).await?;
        self.recorded.add_id(kind, id);
        Ok(id)
    }

    /// Whether nothing will be committed.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Makes this attempt one that commits nothing.
    pub fn set_dry_run(&mut self, dry_run: bool) {
        self.dry_run = dry_run;
    }

    /// The signed-in line. Without one from the sign-in it is read.
    ///
    /// # Errors
    /// `not_permitted` when the caller is not a line.
    pub async fn calling_line(&mut self) -> Result<Arc<Line>> {
        if let Some(line) = &self.line {
            return Ok(Arc::clone(line));
        }
        let Some(id) = self.caller().line() else {
            return Err(Refusal::new(Code::NotPermitted, "Only a line can ask this.").into());
        };
        let line = Arc::new(self.get::<Line>(id).await?);
        self.line = Some(Arc::clone(&line));
        Ok(line)
    }

    /// Notes something that must still be true at commit.
    pub(crate) fn guard(&mut self, guard: Guard) {
        self.plan.guards.push(guard);
    }

    /// Asks for something to be done after commit, by all nodes unless it names one.
    pub fn effect(&mut self, effect: impl Into<AddressedEffect>) {
        let effect = effect.into();
        if !self.plan.effects.contains(&effect) {
            self.plan.effects.push(effect);
        }
    }

    /// A token that stands for a value known at commit. It must be placed as a whole JSON string.
    ///
    /// # Errors
    /// `too_large` beyond [`host_core::late::MAX`] of them in one action.
    pub fn late(&mut self, value: LateValue) -> Result<String> {
        if self.plan.late.len() >= late::MAX {
            let message = "This is too much for one action: at most 8 movements of credits; send the rest by itself.";
            return Err(Refusal::new(Code::TooLarge, message).into());
        }
        let token = format!("{}{}", late::STEM, hex::encode(self.random(16)));
        self.plan.late.push(Late { token: token.clone(), value });
        Ok(token)
    }

    /// What the plan would do, for a dry run: `{"changes":[…],"effects":[…]}`, without secrets.
    pub fn listing(&self) -> Value {
        let rows = self.overlay.touched().filter_map(|(key, row)| {
            let (before, after) = audit::sides(row)?;
            Some(json!({ "object": key.to_string(), "before": before, "after": after }))
        });
        let others = self.plan.audit.iter().map(|entry| {
            json!({ "object": entry.object.map(|key| key.to_string()), "before": entry.before, "after": entry.after })
        });
        json!({ "changes": rows.chain(others).collect::<Vec<_>>(), "effects": self.plan.effects })
    }

    /// Whether the plan is beyond what one plan may hold; such a plan is refused, not cut.
    pub(crate) fn is_too_large(&self) -> bool {
        self.bytes > MAX_BYTES || self.overlay.len() + self.plan.changes.len() > MAX_CHANGES
    }

    /// Refuses callers below a role.
    pub(crate) fn require(&self, role: CallerRole) -> Result<()> {
        if self.caller().role() >= role {
            return Ok(());
        }
        Err(Refusal::new(Code::NotPermitted, "This caller may not do this.").into())
    }

    /// Refuses verbs on the control database in the plan of a tenant.
    pub(crate) fn require_control(&self) -> Result<()> {
        if self.database() == Database::Control {
            return Ok(());
        }
        Err(crate::Error::Invalid("this verb needs a plan on the control database".into()))
    }

    /// The connections that a line has now.
    pub(crate) async fn connections(&self, line: LineId) -> Result<u32> {
        self.engine().seats().count(self.caller().tenant, line).await
    }
}

/// The balance that an account has when the plan's transfers are done.
pub(crate) fn balance_after(plan: &Plan, account: Account, committed: Credits) -> Credits {
    plan.changes.iter().fold(committed, |balance, change| match change {
        Change::Transfer(moved) if moved.from == account => balance.checked_sub(moved.amount).unwrap_or(balance),
        Change::Transfer(moved) if moved.to == account => balance.checked_add(moved.amount).unwrap_or(balance),
        _ => balance,
    })
}
