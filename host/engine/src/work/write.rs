//! What an attempt wants to write: rows into its overlay, everything else into its plan, with a
//! note for the audit.

use super::Work;
use crate::audit;
use crate::overlay::Edit;
use host_core::BouquetId;
use host_core::audit::MOVED;
use host_core::bouquet::Member;
use host_core::ledger::Transfer;
use host_core::object::{Key, Object, Stored};
use host_core::plan::{Change, MAX_BYTES, SetChange, SetKind};
use serde_json::{Value, json};

impl Work {
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
        self.note(transfer.object, json!({ MOVED: moved }));
        self.change(Change::Transfer(transfer));
    }

    /// Gives a bouquet exactly these members.
    pub fn set_members(&mut self, bouquet: BouquetId, members: Vec<Member>) {
        self.edit_members(bouquet, Edit::Set(members));
    }

    /// Adds members at a bouquet's end.
    pub fn add_members(&mut self, bouquet: BouquetId, members: Vec<Member>) {
        self.edit_members(bouquet, Edit::Add(members));
    }

    pub(crate) fn edit_members(&mut self, bouquet: BouquetId, edit: Edit) {
        let (count, named) = (edit.named().len(), edit.named().to_vec());
        let (what, change) = match &edit {
            Edit::Set(_) => ("members", Change::SetMembers(bouquet, named)),
            Edit::Add(_) => ("members_added", Change::AddMembers(bouquet, named)),
            Edit::Remove(_) => ("members_removed", Change::RemoveMembers(bouquet, named)),
            Edit::Place(_, spot) => ("members_placed", Change::PlaceMembers(bouquet, named, *spot)),
        };
        self.note(Some(Key::Bouquet(bouquet)), json!({ what: count }));
        self.bytes = self.bytes.saturating_add(count * 16);
        self.overlay.edit_members(bouquet, edit);
        self.change(change);
    }

    /// Changes many rows at once.
    pub(crate) fn set(&mut self, what: SetKind, expected: Option<u32>) {
        let (object, done) = match &what {
            SetKind::MoveLines(from, to) => (Some(*from), json!({ "lines_moved": expected, "to": to })),
            SetKind::MoveUsers(from, to) => (Some(*from), json!({ "users_moved": expected, "to": to })),
            other => (None, json!({ "set": format!("{other:?}") })),
        };
        // Nothing is said of what happens to no row.
        if expected != Some(0) {
            self.note(object.map(Key::User), done);
        }
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

    /// Notes for the audit what is no row.
    pub(crate) fn note(&mut self, object: Option<Key>, after: Value) {
        let entry =
            audit::entry(&self.context.caller, &self.context.action, self.context.now, object, json!({}), after);
        self.plan.audit.push(entry);
    }
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
