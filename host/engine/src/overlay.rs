//! A plan's own rows: what a verb reads back before anything is committed, by id and by unique
//! value. Knows nothing of storage.

use host_core::BouquetId;
use host_core::bouquet::Member;
use host_core::object::{Key, Kind, Object, Unique, uniques};
use std::collections::{HashMap, HashSet};

/// One row that the plan has touched.
pub(crate) struct Row {
    /// As it was read; none for a new one.
    pub(crate) before: Option<Object>,
    /// As it is to be; none once it is deleted.
    pub(crate) after: Option<Object>,
}

/// What the plan does to the members of a bouquet.
#[derive(Default)]
pub(crate) struct Members {
    /// All of them, when the plan sets them; none when it only adds to the committed ones.
    pub(crate) set: Option<Vec<Member>>,
    /// Added behind those, in order; some may be there already.
    pub(crate) added: Vec<Member>,
}

/// All rows that the plan has touched, and those that it has read.
#[derive(Default)]
pub(crate) struct Overlay {
    rows: HashMap<Key, Row>,
    order: Vec<Key>,
    holders: HashMap<Unique, Key>,
    read: HashSet<Key>,
    members: HashMap<BouquetId, Members>,
}

impl Overlay {
    /// The plan's own state of a row: none when it has not touched it, `Some(None)` when it
    /// deleted it.
    pub(crate) fn row(&self, key: Key) -> Option<Option<&Object>> {
        self.rows.get(&key).map(|row| row.after.as_ref())
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

    /// How many rows were touched.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// How many new rows of a kind the plan has.
    pub(crate) fn added(&self, kind: Kind) -> usize {
        let is_new = |(key, row): &(Key, &Row)| key.kind() == kind && row.before.is_none() && row.after.is_some();
        self.touched().filter(is_new).count()
    }

    /// What the plan does to a bouquet's members, if anything.
    pub(crate) fn members(&self, bouquet: BouquetId) -> Option<&Members> {
        self.members.get(&bouquet)
    }

    /// Sets them all.
    pub(crate) fn set_members(&mut self, bouquet: BouquetId, members: Vec<Member>) {
        self.members.insert(bouquet, Members { set: Some(members), added: Vec::new() });
    }

    /// Adds at their end.
    pub(crate) fn add_members(&mut self, bouquet: BouquetId, members: &[Member]) {
        self.members.entry(bouquet).or_default().added.extend_from_slice(members);
    }
}
