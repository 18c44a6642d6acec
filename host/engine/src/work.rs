//! One attempt at an action: what it reads, what it wants to write, and what it was decided
//! from. Knows no verb, and nothing of commits (that is [`crate::run`]).

use crate::guide::Index;
use crate::kept::Kept;
use crate::overlay::Overlay;
use crate::run::Facts;
use crate::{Engine, Result, audit};
use host_core::bouquet::Member;
use host_core::caller::{Caller, CallerRole, Scope};
use host_core::credit::Credits;
use host_core::event::Effect;
use host_core::ledger::{Account, Transfer};
use host_core::line::Line;
use host_core::object::{Key, Kind, Object, Stored, Unique};
use host_core::plan::{Change, Guard, Late, LateValue, MAX_BYTES, MAX_CHANGES, Place, Plan, SetChange, SetKind};
use host_core::port::{Page, Query};
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::{BouquetId, LineId, Refusal};
use serde_json::{Value, json};
use std::sync::Arc;

/// One attempt. Every read that a verb decides from becomes a guard of the plan; reads by id and
/// by unique value see the plan's own rows, lists and totals see committed state.
pub struct Work {
    pub(crate) facts: Arc<Facts>,
    pub(crate) plan: Plan,
    pub(crate) overlay: Overlay,
    pub(crate) kept: Kept,
    pub(crate) dry_run: bool,
    pub(crate) line: Option<Arc<Line>>,
    pub(crate) index: Option<Arc<Index>>,
    bytes: usize,
}

impl Work {
    pub(crate) fn new(facts: Arc<Facts>, kept: Kept, dry_run: bool, line: Option<Arc<Line>>) -> Work {
        let (plan, overlay) = (Plan::default(), Overlay::default());
        Work { facts, plan, overlay, kept, dry_run, line, index: None, bytes: 0 }
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.facts.caller
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.facts.engine
    }

    /// Which database the plan is for.
    pub fn place(&self) -> Place {
        self.facts.place
    }

    /// When the action began: the same in every attempt.
    pub fn now(&self) -> Unix {
        self.facts.now
    }

    /// Random bytes: a later attempt gets the same ones for the same requests.
    pub fn random(&mut self, count: usize) -> Vec<u8> {
        self.kept.random(&*self.facts.engine.ports.entropy, count)
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
        if let Some(id) = self.kept.id(kind) {
            return Ok(id);
        }
        if self.dry_run {
            // A dry run takes no block: its ids are stand-ins from the far end.
            let id = u32::MAX - self.kept.ids_given();
            self.kept.add_id(kind, id);
            return Ok(id);
        }
        let engine = &self.facts.engine;
        let id = engine.ids.next(engine.store(), self.facts.place, kind).await?;
        self.kept.add_id(kind, id);
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
    /// `not_permitted` when the caller is no line.
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

    /// The row, when the caller's scope has it.
    ///
    /// # Errors
    /// `not_found`, the same for a missing row and for one outside the scope.
    pub async fn get<T: Stored>(&mut self, id: T::Id) -> Result<T> {
        let object = self.read(self.caller().scope(), id.into()).await?;
        object.and_then(T::from_object).ok_or_else(|| Refusal::not_found(T::word()).into())
    }

    /// The row whatever its owner: for rights, packages and references, never for an id that the
    /// caller chose and will see.
    pub(crate) async fn know<T: Stored>(&mut self, id: T::Id) -> Result<Option<T>> {
        Ok(self.read(Scope::Tenant, id.into()).await?.and_then(T::from_object))
    }

    pub(crate) async fn read(&mut self, scope: Scope, key: Key) -> Result<Option<Object>> {
        if let Some(own) = self.overlay.row(key) {
            return Ok(own.cloned());
        }
        let found = self.engine().store().get(self.place(), scope, key).await?;
        match &found {
            Some(object) => self.note_read(key, object.version()),
            None if scope == Scope::Tenant => self.guard(Guard::Missing(key)),
            None => {}
        }
        if let (Scope::Tree(root), Some(Object::Line(line))) = (scope, &found)
            && line.owner != root
        {
            self.guard(Guard::Within(line.owner, root));
        }
        Ok(found)
    }

    /// The row that has the value, whatever its owner.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find<T: Stored>(&mut self, unique: Unique) -> Result<Option<T>> {
        if let Some(own) = self.overlay.holder(&unique) {
            return Ok(T::from_object(own.clone()));
        }
        let found = self.engine().store().find(self.place(), unique.clone()).await?;
        match found {
            // The plan's own state of this row no longer has the value.
            Some(object) if self.overlay.row(object.key()).is_some() => Ok(None),
            Some(object) => {
                self.note_read(object.key(), object.version());
                Ok(T::from_object(object))
            }
            None => {
                self.guard(Guard::Free(unique));
                Ok(None)
            }
        }
    }

    /// Whether nothing has the value; that it stays so until commit is guarded.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn claim(&mut self, unique: Unique) -> Result<bool> {
        if self.overlay.holder(&unique).is_some() {
            return Ok(false);
        }
        let found = self.engine().store().find(self.place(), unique.clone()).await?;
        match found {
            Some(object) => Ok(self.overlay.row(object.key()).is_some()),
            None => {
                self.guard(Guard::Free(unique));
                Ok(true)
            }
        }
    }

    /// A page of committed rows.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(&self, query: Query) -> Result<Page> {
        Ok(self.engine().store().list(self.place(), query).await?)
    }

    /// A bouquet's members in order.
    pub(crate) async fn members(&self, bouquet: BouquetId) -> Result<Vec<Member>> {
        if let Some(own) = self.overlay.members(bouquet) {
            return Ok(own.to_vec());
        }
        Ok(self.engine().store().members(self.caller().tenant, bouquet).await?)
    }

    /// The account's balance with the plan's own transfers.
    pub(crate) async fn balance(&self, account: Account) -> Result<Credits> {
        let committed = self.engine().store().balance(self.caller().tenant, account).await?;
        Ok(balance_after(&self.plan, account, committed))
    }

    /// Adds a row.
    pub fn insert<T: Stored>(&mut self, row: T) {
        self.put(None, Some(row.into_object()));
    }

    /// Changes a row; nothing happens when both are the same.
    pub fn update<T: Stored>(&mut self, before: &T, mut after: T) {
        after.set_version(before.version());
        self.put(Some(before.clone().into_object()), Some(after.into_object()));
    }

    /// Removes a row.
    pub fn delete<T: Stored>(&mut self, row: &T) {
        self.put(Some(row.clone().into_object()), None);
    }

    pub(crate) fn put(&mut self, before: Option<Object>, after: Option<Object>) {
        let Some(key) = before.as_ref().or(after.as_ref()).map(Object::key) else { return };
        if before == after {
            return;
        }
        self.bytes = self.bytes.saturating_add(after.as_ref().map_or(64, size));
        if !self.is_too_large() {
            self.overlay.put(key, before, after);
        }
    }

    /// Moves credits.
    pub fn transfer(&mut self, transfer: Transfer) {
        let moved = json!({ "from": transfer.from, "to": transfer.to, "amount": transfer.amount,
            "reason": transfer.reason, "note": transfer.note });
        self.note(transfer.object, moved);
        self.change(Change::Transfer(transfer));
    }

    /// Gives a bouquet exactly these members.
    pub(crate) fn set_members(&mut self, bouquet: BouquetId, members: Vec<Member>) {
        self.note(Some(Key::Bouquet(bouquet)), json!({ "members": members.len() }));
        self.overlay.put_members(bouquet, members.clone());
        self.bytes = self.bytes.saturating_add(members.len() * 16);
        self.change(Change::SetMembers(bouquet, members));
    }

    /// Adds members at a bouquet's end.
    pub(crate) fn add_members(&mut self, bouquet: BouquetId, members: Vec<Member>) {
        self.note(Some(Key::Bouquet(bouquet)), json!({ "members_added": members.len() }));
        self.bytes = self.bytes.saturating_add(members.len() * 16);
        self.change(Change::AddMembers(bouquet, members));
    }

    /// Changes many rows at once.
    pub(crate) fn set(&mut self, what: SetKind, expected: Option<u32>) {
        self.note(None, json!({ "set": format!("{what:?}") }));
        self.change(Change::Set(SetChange { what, expected }));
    }

    /// Adds any other write.
    pub(crate) fn change(&mut self, change: Change) {
        if let Change::Guide(_, _, channels, programmes) = &change {
            let text = programmes.iter().map(|p| p.title.len() + p.description.len() + 64).sum::<usize>();
            self.bytes = self.bytes.saturating_add(text + channels.len() * 128);
        }
        if !self.is_too_large() {
            self.plan.changes.push(change);
        }
    }

    /// Notes something that must still be true at commit.
    pub(crate) fn guard(&mut self, guard: Guard) {
        self.plan.guards.push(guard);
    }

    /// Asks for something to be done after commit.
    pub fn effect(&mut self, effect: Effect) {
        if !self.plan.effects.contains(&effect) {
            self.plan.effects.push(effect);
        }
    }

    /// A token that stands for a value known at commit. It must be placed as a whole JSON string.
    pub fn late(&mut self, value: LateValue) -> String {
        let token = format!("late-{}", hex::encode(self.random(16)));
        self.plan.late.push(Late { token: token.clone(), value });
        token
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
        if self.place() == Place::Control {
            return Ok(());
        }
        Err(crate::Error::Invalid("this verb needs a plan on the control database".into()))
    }

    /// The connections that a line has now.
    pub(crate) fn connections(&self, line: LineId) -> u32 {
        self.engine().seats().count(self.caller().tenant, line)
    }

    fn note(&mut self, object: Option<Key>, after: Value) {
        let entry = audit::entry(&self.facts.caller, &self.facts.action, self.facts.now, object, json!({}), after);
        self.plan.audit.push(entry);
    }

    fn note_read(&mut self, key: Key, version: host_core::Version) {
        if self.overlay.first_read(key) {
            self.plan.guards.push(Guard::Unchanged(key, version));
        }
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

/// The length of an object's document in bytes, without building it.
fn size(object: &Object) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(64);
    let counted = match object {
        Object::Stream(stream) => serde_json::to_writer(&mut counter, stream),
        other => serde_json::to_writer(&mut counter, &other.document()),
    };
    if counted.is_err() { MAX_BYTES } else { counter.0 }
}
