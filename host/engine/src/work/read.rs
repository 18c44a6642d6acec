//! What an attempt reads: own rows first, then committed ones, in a scope, each noted as a guard
//! where a verb decides from it.

use super::{Work, balance_after};
use crate::Result;
use crate::document;
use crate::overlay::Edit;
use host_core::bouquet::Member;
use host_core::caller::Scope;
use host_core::credit::Credits;
use host_core::kind::Belongs;
use host_core::ledger::{Account, Entry};
use host_core::object::{Key, Object, Stored};
use host_core::plan::{Change, Guard};
use host_core::port::{Page, Query};
use host_core::session::Holder;
use host_core::unique::Unique;
use host_core::user::{MAX_DEPTH, User};
use host_core::{BouquetId, Refusal, TransferId, UserId};

impl Work {
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

    /// The row, when the scope has it; an own row by the same rule as a committed one.
    pub(crate) async fn read(&mut self, scope: Scope, key: Key) -> Result<Option<Object>> {
        match self.overlay.row(key) {
            None => self.committed(scope, key).await,
            Some(None) => Ok(None),
            Some(Some(own)) => {
                let own = own.clone();
                Ok(self.sees(scope, &own).await?.then_some(own))
            }
        }
    }

    async fn committed(&mut self, scope: Scope, key: Key) -> Result<Option<Object>> {
        let found = self.engine().store().get(self.database(), scope, key).await?;
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

    /// Whether the scope has an own row, by its owner as the plan leaves them. Of a line's
    /// scope this knows what a line may write: nothing but its sessions, beside itself.
    async fn sees(&mut self, scope: Scope, own: &Object) -> Result<bool> {
        let root = match scope {
            Scope::Tenant => return Ok(true),
            Scope::Nothing => return Ok(false),
            Scope::Line(line) => {
                let is_held = matches!(own, Object::Session(session) if session.holder == Holder::Line(line));
                return Ok(is_held || own.key() == Key::Line(line));
            }
            Scope::Tree(root) => root,
        };
        match own {
            Object::User(user) => self.is_below(user.id, root).await,
            Object::Line(line) => self.is_below(line.owner, root).await,
            Object::ApiKey(key) => self.is_below(key.user, root).await,
            Object::Session(session) => match session.holder {
                Holder::User(user) => self.is_below(user, root).await,
                Holder::Line(line) => match self.latest(Key::Line(line)).await? {
                    Some(Object::Line(line)) => self.is_below(line.owner, root).await,
                    _ => Ok(false),
                },
            },
            other => Ok(other.key().kind().belongs() == Belongs::Shared),
        }
    }

    /// The row as the plan leaves it, whatever its owner.
    async fn latest(&mut self, key: Key) -> Result<Option<Object>> {
        match self.overlay.row(key) {
            Some(own) => Ok(own.cloned()),
            None => self.committed(Scope::Tenant, key).await,
        }
    }

    /// Whether the user is `root` or below it, with the plan's own users among those above.
    async fn is_below(&mut self, user: UserId, root: UserId) -> Result<bool> {
        let mut at = Some(user);
        for _ in 0..=MAX_DEPTH {
            let Some(id) = at else { return Ok(false) };
            if id == root {
                return Ok(true);
            }
            at = self.latest(Key::User(id)).await?.and_then(User::from_object).and_then(|user| user.parent);
        }
        Ok(false)
    }

    /// The row that has the value, whatever its owner.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find<T: Stored>(&mut self, unique: Unique) -> Result<Option<T>> {
        if let Some(own) = self.overlay.holder(&unique) {
            return Ok(T::from_object(own.clone()));
        }
        let found = self.engine().store().find(self.database(), unique.clone()).await?;
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
        let found = self.engine().store().find(self.database(), unique.clone()).await?;
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
    /// `invalid_input` where more is skipped than can be; when storage fails.
    pub async fn list(&self, query: Query) -> Result<Page> {
        document::skips_little(&query)?;
        Ok(self.engine().store().list(self.database(), query).await?)
    }

    /// Likewise, where what is written is decided from the rows: each is guarded.
    pub(crate) async fn decided_from(&mut self, query: Query) -> Result<Page> {
        let page = self.list(query).await?;
        page.rows.iter().for_each(|row| self.note_read(row.key(), row.version()));
        Ok(page)
    }

    /// A bouquet's members in order, as the plan leaves them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn members(&self, bouquet: BouquetId) -> Result<Vec<Member>> {
        let edits = self.overlay.members(bouquet);
        let mut members = match edits.first() {
            Some(Edit::Set(_)) => Vec::new(),
            _ => self.engine().store().members(self.caller().tenant, bouquet).await?,
        };
        edits.iter().for_each(|edit| edit.apply(&mut members, true));
        Ok(members)
    }

    /// The account's balance with the plan's own transfers.
    pub(crate) async fn balance(&self, account: Account) -> Result<Credits> {
        let committed = self.engine().store().balance(self.caller().tenant, account).await?;
        Ok(balance_after(&self.plan, account, committed))
    }

    /// Whether the plan itself takes this transfer back.
    pub(crate) fn takes_back(&self, id: TransferId) -> bool {
        self.plan.changes.iter().any(|change| matches!(change, Change::Transfer(own) if own.reverses == Some(id)))
    }

    /// A committed transfer, and the one that takes it back.
    pub(crate) async fn transfer_of(&self, id: TransferId) -> Result<Option<(Entry, Option<TransferId>)>> {
        Ok(self.engine().store().transfer(self.caller().tenant, id).await?)
    }

    fn note_read(&mut self, key: Key, version: host_core::Version) {
        if self.overlay.first_read(key) {
            self.plan.guards.push(Guard::Unchanged(key, version));
        }
    }
}
