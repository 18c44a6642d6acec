//! What others must hear of a committed batch.

use crate::sqlite::generations::Changed;
use host_core::kind::Stale;
use host_core::object::{Key, Object};
use host_core::plan::{Change, Plan, SetKind};
use host_core::{BouquetId, TenantId};
use rusqlite::{Connection, Params};

/// What others must hear of a committed batch.
#[derive(Default)]
pub(in crate::sqlite) struct Touched {
    /// Bouquets whose lists have changed.
    pub(in crate::sqlite) bouquets: Changed,
    pub(in crate::sqlite) lines: Changed,
    pub(in crate::sqlite) settings: bool,
    pub(in crate::sqlite) guide: bool,
    pub(in crate::sqlite) tenants: bool,
    /// Tenants that are new, with their names.
    pub(in crate::sqlite) created: Vec<(TenantId, String)>,
    pub(in crate::sqlite) deleted: Vec<TenantId>,
}

/// The bouquets that hold a stream, or the series of an episode.
const OF_STREAM: &str = "SELECT bouquet FROM bouquet_members WHERE stream = ?1 UNION \
     SELECT m.bouquet FROM bouquet_members m JOIN streams s ON s.series = m.series WHERE s.id = ?1";
const OF_SERIES: &str = "SELECT bouquet FROM bouquet_members WHERE series = ?1";
/// The bouquets that hold a stream of an import source, or the series of an episode of it.
const OF_SOURCE: &str = "SELECT DISTINCT m.bouquet FROM streams s JOIN bouquet_members m ON m.stream = s.id \
     WHERE s.origin_source = ?1 UNION SELECT m.bouquet FROM streams s JOIN bouquet_members m ON m.series = s.series \
     WHERE s.origin_source = ?1";

impl Touched {
    /// Adds what a plan will touch by what it deletes. Called before the plan is done.
    pub(super) fn before(&mut self, connection: &Connection, plan: &Plan) -> rusqlite::Result<()> {
        plan.changes.iter().try_for_each(|change| match change {
            Change::Update(object) => self.holders(connection, object.key()),
            Change::Delete(key, _) => self.holders(connection, *key),
            Change::Set(set) => match &set.what {
                SetKind::MarkMissing(source, _) | SetKind::PruneMissing(source) => {
                    self.found(connection, OF_SOURCE, (source,))
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        })
    }

    /// Adds what a plan has touched. Called after it was done.
    pub(super) fn add(&mut self, connection: &Connection, plan: &Plan) -> rusqlite::Result<()> {
        plan.stale.iter().for_each(|stale| self.whole(*stale));
        for change in &plan.changes {
            match change {
                Change::Insert(object) | Change::Update(object) => {
                    self.row(object.key());
                    self.holders(connection, object.key())?;
                    if let (Change::Insert(_), Object::Tenant(tenant)) = (change, &**object) {
                        self.created.push((tenant.id, tenant.name.clone()));
                    }
                }
                Change::Delete(key, _) => {
                    self.row(*key);
                    if let Key::Tenant(id) = key {
                        self.deleted.push(*id);
                    }
                }
                Change::SetMembers(BouquetId(id), _)
                | Change::AddMembers(BouquetId(id), _)
                | Change::RemoveMembers(BouquetId(id), _)
                | Change::PlaceMembers(BouquetId(id), ..) => self.bouquets.add(*id),
                Change::Set(set) => {
                    if matches!(set.what, SetKind::MoveLines(..) | SetKind::ForgetBouquet(_)) {
                        self.lines = Changed::All;
                    }
                    if matches!(set.what, SetKind::ForgetGuideSource(_)) {
                        self.bouquets = Changed::All;
                    }
                }
                Change::Transfer(_)
                | Change::UseTrial(..)
                | Change::TakeIds(..)
                | Change::Guide(..)
                | Change::PruneGuide(..)
                | Change::SweepSessions(..)
                | Change::SweepBoxEvents(..)
                | Change::See(_)
                | Change::Reshape(_)
                | Change::Settle(..)
                | Change::Unfinished(_)
                | Change::Finished(_) => {}
            }
        }
        Ok(())
    }

    /// The bouquets whose lists a row is part of.
    fn holders(&mut self, connection: &Connection, key: Key) -> rusqlite::Result<()> {
        match key {
            Key::Stream(id) => self.found(connection, OF_STREAM, (id.0,)),
            Key::Series(id) => self.found(connection, OF_SERIES, (id.0,)),
            _ => Ok(()),
        }
    }

    fn found(&mut self, connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<()> {
        if self.bouquets == Changed::All {
            return Ok(());
        }
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            self.bouquets.add(row.get(0)?);
        }
        Ok(())
    }

    fn row(&mut self, key: Key) {
        match key.kind().makes_stale() {
            // What holds streams and series is found by [`Touched::holders`].
            Stale::Members => {}
            Stale::Bouquet => self.bouquets.add(key.number()),
            Stale::Lines => self.lines.add(key.number()),
            whole => self.whole(whole),
        }
    }

    fn whole(&mut self, stale: Stale) {
        match stale {
            Stale::Nothing => {}
            Stale::Catalogue | Stale::Bouquet | Stale::Members => self.bouquets = Changed::All,
            Stale::Settings => self.settings = true,
            Stale::Guide => self.guide = true,
            Stale::Lines => self.lines = Changed::All,
            Stale::Tenants => self.tenants = true,
        }
    }
}
