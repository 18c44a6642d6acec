//! A page of a log as a document: its rows with the names of what they are about, looked up for the page in one read.

use crate::document::give_way;
use crate::shown::Shown;
use crate::{Result, Work};
use host_core::journal::LogPage;
use host_core::object::{Key, Kind};
use host_core::port::Called;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// What things are called; those that are gone have no name.
#[derive(Default)]
pub(super) struct Names(HashMap<Key, Called>);

impl Names {
    pub(super) fn of(&self, key: Option<impl Into<Key>>) -> Option<&str> {
        self.called(key).map(|called| called.name.as_str())
    }

    pub(super) fn called(&self, key: Option<impl Into<Key>>) -> Option<&Called> {
        self.0.get(&key?.into())
    }
}

/// A log's page: what it has, and how a row becomes a document.
pub(super) struct Rows<'q, R> {
    pub(super) page: LogPage<R>,
    /// As many as were asked for, so that there may be more.
    pub(super) limit: u32,
    pub(super) query: &'q Map<String, Value>,
    /// The number of a row, by which the next page goes on.
    pub(super) id: fn(&R) -> i64,
}

impl<R> Rows<'_, R> {
    /// `{"rows","total","matching","cursor"}`, as of a list. `about` says what a row is about, and the names of it are
    /// there for `show`; the cursor is none where the page has fewer rows than were asked for.
    pub(super) async fn document(
        self,
        work: &Work,
        about: impl Fn(&R) -> Vec<Key>,
        show: impl Fn(&R, &Names) -> Value,
    ) -> Result<Value> {
        let shown = Shown::of(self.query)?;
        let keys = self.page.rows.iter().flat_map(about).filter(|key| is_shown(&shown, key.kind()));
        let keys: BTreeSet<Key> = keys.collect();
        let names = match keys.is_empty() {
            true => Names::default(),
            false => {
                let called = work.engine().store().called(work.caller().tenant, keys.into_iter().collect());
                Names(called.await?.into_iter().collect())
            }
        };
        let is_full = self.page.rows.len() >= self.limit as usize;
        let cursor = self.page.rows.last().filter(|_| is_full).map(|row| (self.id)(row).to_string());
        let mut rows = Vec::with_capacity(self.page.rows.len());
        for row in &self.page.rows {
            let mut document = show(row, &names);
            if let Value::Object(fields) = &mut document {
                shown.trim(fields);
            }
            rows.push(document);
            give_way(rows.len()).await;
        }
        Ok(json!({ "rows": rows, "total": self.page.total, "matching": self.page.matching, "cursor": cursor }))
    }
}

/// Whether a name of this kind is among what is shown.
fn is_shown(shown: &Shown<'_>, kind: Kind) -> bool {
    let fields: &[&str] = match kind {
        Kind::Line => &["username", "mac", "kind"],
        Kind::Stream => &["stream_name"],
        Kind::User => &["username", "actor_name"],
        _ => &[],
    };
    fields.iter().any(|field| shown.has(field))
}
