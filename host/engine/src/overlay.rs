//! A plan's own rows: what a verb reads back before anything is committed, by id and by unique
//! value.

use host_core::bouquet::{Member, Spot};
use host_core::document::Document;
use host_core::object::{Key, Kind, Object};
use host_core::unique::{Unique, uniques};
use host_core::{BouquetId, Version};
use std::collections::{HashMap, HashSet};

/// One row that the plan has touched.
pub(crate) struct Row {
    /// As it was read; none for a new one.
    pub(crate) before: Option<Object>,
    /// As it is to be; none once it is deleted.
    pub(crate) after: Option<Object>,
}

/// One thing that the plan does to the members of a bouquet.
pub(crate) enum Edit {
    /// They become these.
    Set(Vec<Member>),
    /// These are added at the end; those that it has stay where they are.
    Add(Vec<Member>),
    /// These leave it.
    Remove(Vec<Member>),
    /// These stand at the spot, whether it had them or not.
    Place(Vec<Member>, Spot),
}

impl Edit {
    /// The members that it names.
    pub(crate) fn named(&self) -> &[Member] {
        let (Edit::Set(members) | Edit::Add(members) | Edit::Remove(members) | Edit::Place(members, _)) = self;
        members
    }

    /// Whether nothing of what was before stays.
    pub(crate) fn is_set(&self) -> bool {
        matches!(self, Edit::Set(_))
    }

    /// Does it to a list that is all the members (`whole`), or the first of them.
    pub(crate) fn apply(&self, list: &mut Vec<Member>, whole: bool) {
        match self {
            Edit::Set(all) => list.clone_from(all),
            Edit::Add(more) => {
                let mut there: HashSet<Member> = list.iter().copied().collect();
                // What is added stands behind the part that is looked at.
                list.extend(more.iter().copied().filter(|member| whole && there.insert(*member)));
            }
            Edit::Remove(gone) => retain_others(list, gone),
            Edit::Place(these, spot) => {
                retain_others(list, these);
                let is_within = spot.anchor().map_or(*spot == Spot::First, |anchor| list.contains(&anchor));
                if whole || is_within {
                    spot.put(list, these);
                }
            }
        }
    }
}

fn retain_others(list: &mut Vec<Member>, gone: &[Member]) {
    let gone: HashSet<Member> = gone.iter().copied().collect();
    list.retain(|member| !gone.contains(member));
}

/// All rows that the plan has touched, and those that it has read.
#[derive(Default)]
pub(crate) struct Overlay {
    rows: HashMap<Key, Row>,
    order: Vec<Key>,
    holders: HashMap<Unique, Key>,
    read: HashSet<Key>,
    members: HashMap<BouquetId, Vec<Edit>>,
}

impl Overlay {
    /// The plan's own state of a row: none when it has not touched it, `Some(None)` when it
    /// deleted it.
    pub(crate) fn row(&self, key: Key) -> Option<Option<&Object>> {
        self.rows.get(&key).map(|row| row.after.as_ref())
    }

    /// The version that a row has once the plan is committed; `read` is the one that it was read at.
    pub(crate) fn version_after(&self, key: Key, read: Version) -> Version {
        let has_edits = matches!(key, Key::Bouquet(bouquet) if !self.members(bouquet).is_empty());
        match self.rows.get(&key) {
            Some(Row { before: None, .. }) => Version(1),
            Some(Row { before: Some(before), .. }) => before.version().next(),
            None if has_edits => read.next(),
            None => read,
        }
    }

    /// The own row that has the value.
    pub(crate) fn holder(&self, unique: &Unique) -> Option<&Object> {
        self.holders.get(unique).and_then(|key| self.rows.get(key)).and_then(|row| row.after.as_ref())
    }

    /// Notes that a row was read; whether it is the first time.
    pub(crate) fn first_read(&mut self, key: Key) -> bool {
        self.read.insert(key)
    }

    /// Sets the own state of a row. `before` counts only for the first touch.
    pub(crate) fn put(&mut self, key: Key, before: Option<Object>, after: Option<Object>) {
        if let Some(old) = self.rows.get(&key).and_then(|row| row.after.as_ref()) {
            for unique in uniques(old) {
                self.holders.remove(&unique);
            }
        }
        for unique in after.iter().flat_map(uniques) {
            self.holders.insert(unique, key);
        }
        match self.rows.get_mut(&key) {
            Some(row) => row.after = after,
            None => {
                self.order.push(key);
                self.rows.insert(key, Row { before, after });
            }
        }
    }

    /// The touched rows, in the order of their first touch.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (Key, &Row)> {
        self.order.iter().filter_map(|key| self.rows.get(key).map(|row| (*key, row)))
    }

    /// Likewise, for the one who has no more use for the rest.
    pub(crate) fn into_touched(mut self) -> impl Iterator<Item = (Key, Row)> {
        self.order.into_iter().filter_map(move |key| self.rows.remove(&key).map(|row| (key, row)))
    }

    /// The documents among the own rows, as they are to be.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Document> {
        self.touched().filter_map(|(_, row)| match &row.after {
            Some(Object::Document(document)) => Some(document),
            _ => None,
        })
    }

    /// How many rows were touched.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// How many new rows of a kind the plan has.
    pub(crate) fn added(&self, kind: Kind) -> usize {
        let is_new = |(key, row): &(Key, &Row)| key.kind() == kind && row.before.is_none() && row.after.is_some();
        self.touched().filter(is_new).count()
    }

    /// What the plan does to a bouquet's members, in order.
    pub(crate) fn members(&self, bouquet: BouquetId) -> &[Edit] {
        self.members.get(&bouquet).map_or(&[], Vec::as_slice)
    }

    /// Notes one more.
    pub(crate) fn edit_members(&mut self, bouquet: BouquetId, edit: Edit) {
        let edits = self.members.entry(bouquet).or_default();
        if edit.is_set() {
            edits.clear();
        }
        edits.push(edit);
    }
}
