//! One plan of a batch: its guards, its writes, its replies and audit rows.

use super::{Failure, PlanWriter, Touched};
use crate::error::failed;
use crate::keys::ChainKeys;
use crate::sqlite::audit_chain::{Chain, heads};
use crate::sqlite::{
    box_events, document_places, guards, guide, idempotency, late, ledger, member_places, outbox, sessions, set_change,
    sightings, table, unfinished,
};
use host_core::late::fill_reply;
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Change, Database, Guard, MAX_CHANGES, Plan};
use host_core::port::{CommitError, Committed, StoreError};
use host_core::{BouquetId, TenantId};
use rusqlite::Connection;

/// What a plan's answer will be, once its batch is durable.
pub(in crate::sqlite) type Verdict = Result<Committed, CommitError>;

/// Makes what must be there before the row of a tenant with this name is.
pub(super) type Prepare<'p> = dyn FnMut(TenantId, &str) -> Result<(), StoreError> + 'p;

/// One commit group in the making.
pub(super) struct Batch<'c> {
    pub(super) writer: PlanWriter<'c>,
    /// What must be there before a tenant's row is.
    prepare: &'c mut Prepare<'c>,
    keys: &'c ChainKeys,
    chain: Chain,
    touched: Touched,
    /// Plans whose answers wait for the group's link, by their place in it.
    unlinked: Vec<usize>,
    /// Whether a reply was kept.
    kept: bool,
}

impl<'c> Batch<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        (keys, database): (&'c ChainKeys, Database),
        prepare: &'c mut Prepare<'_>,
    ) -> Batch<'c> {
        let (writer, chain, touched) = (PlanWriter::new(connection), Chain::new(keys.of(database)), Touched::default());
        Batch { writer, prepare, keys, chain, touched, unlinked: Vec::new(), kept: false }
    }

    /// Does one plan, the `number`th. When it is refused, what it wrote must be taken back.
    /// An error ends the batch.
    pub(super) fn plan(&mut self, number: usize, plan: &Plan) -> Result<Verdict, StoreError> {
        self.writer.begin();
        // What a refused plan would have touched is then read again, and found as it was.
        self.touched.before(self.writer.connection, plan).map_err(failed)?;
        match self.apply(plan) {
            Ok(committed) => {
                // Now, while the plan is at hand: a second walk over thousands of them costs more.
                self.touched.add(self.writer.connection, plan).map_err(failed)?;
                self.kept |= plan.idempotency.is_some();
                if late::wants_link(&plan.late) {
                    self.unlinked.push(number);
                }
                Ok(Ok(committed))
            }
            Err(failure) => match failure {
                Failure::Broken(error) => Err(error),
                Failure::Conflict(guard) => Ok(Err(CommitError::Conflict(guard))),
                Failure::Invalid(reason) => Ok(Err(CommitError::Invalid(reason))),
                Failure::Failed(error) => Ok(Err(CommitError::Store(error))),
            },
        }
    }

    /// Closes the chain. Its link goes into the answers and kept replies that wait for it.
    pub(super) fn close(self, plans: &[&Plan], verdicts: &mut [Verdict]) -> rusqlite::Result<Touched> {
        let connection = self.writer.connection;
        let link = self.chain.close(connection)?;
        for number in self.unlinked {
            let (Some(plan), Some(Ok(committed))) = (plans.get(number), verdicts.get_mut(number)) else { continue };
            late::link(&link, &plan.late, &mut committed.late);
            if let Some(record) = &plan.idempotency {
                let reply = fill_reply(record.reply.clone(), &plan.late, &committed.late);
                idempotency::complete(connection, record, &reply)?;
            }
        }
        if self.kept {
            idempotency::forget_old(connection)?;
        }
        Ok(self.touched)
    }

    /// Does all that one plan wants.
    fn apply(&mut self, plan: &Plan) -> Result<Committed, Failure> {
        if plan.changes.len() > MAX_CHANGES {
            return Err(Failure::Invalid(format!("it has more than {MAX_CHANGES} changes")));
        }
        let connection = self.writer.connection;
        let record = plan.idempotency.as_ref();
        // Before the other guards: of a repeat they fail too, and only this one says why.
        if let Some(record) = record
            && idempotency::is_used(connection, record.user, &record.key)?
        {
            return Err(Failure::Conflict(Guard::Unused(record.user, record.key.clone())));
        }
        guards::check(&self.writer, plan)?;
        let mut committed = Committed { late: late::before(connection, &plan.late)?, ..Committed::default() };
        document_places::let_go_of_keys(&self.writer, &plan.changes)?;
        for change in &plan.changes {
            self.change(plan, change, &mut committed)?;
        }
        for effect in &plan.effects {
            committed.outbox.push(outbox::add(&self.writer, effect)?);
        }
        late::after(connection, &plan.late, &mut committed.late)?;
        if let Some(record) = record {
            let reply = fill_reply(record.reply.clone(), &plan.late, &committed.late);
            idempotency::keep(&self.writer, record, &reply)?;
        }
        let before = self.chain.mark();
        for entry in &plan.audit {
            if let Err(failure) = self.chain.add(&self.writer, entry, &plan.late, &committed.late) {
                // The plan's rows are taken back, so the link does not cover those before this one.
                self.chain.go_back(before);
                return Err(failure);
            }
        }
        Ok(committed)
    }

    fn change(&mut self, plan: &Plan, change: &Change, committed: &mut Committed) -> Result<(), Failure> {
        let writer = &self.writer;
        match change {
            Change::Insert(object) => {
                write(writer, object, true)?;
                if let Object::Tenant(tenant) = &**object {
                    heads::begin(writer.connection, self.keys, tenant.id)?;
                    (self.prepare)(tenant.id, &tenant.name).map_err(Failure::Failed)?;
                }
            }
            Change::Update(object) => {
                write(writer, object, false)?;
            }
            Change::Delete(key, version) => {
                if !table::delete(writer, *key, *version)? {
                    return Err(Failure::Conflict(Guard::Unchanged(*key, *version)));
                }
                writer.note();
            }
            Change::Transfer(transfer) => {
                let request = plan.audit.first().map(|entry| entry.request.as_str());
                let idempotency = plan.idempotency.as_ref().map(|record| record.key.as_str());
                ledger::transfer(writer, transfer, request, idempotency)?;
            }
            Change::SetMembers(id, list) => member_places::set(writer, *id, list, !rewrites(plan, *id))?,
            Change::AddMembers(id, list) => member_places::add(writer, *id, list, !rewrites(plan, *id))?,
            Change::RemoveMembers(id, list) => member_places::remove(writer, *id, list, !rewrites(plan, *id))?,
            Change::PlaceMembers(id, list, spot) => {
                member_places::place(writer, *id, list, *spot, !rewrites(plan, *id))?;
            }
            Change::Set(set) => {
                committed.touched.push(set_change::apply(writer, set)?);
            }
            Change::UseTrial(user, at) => {
                writer.run("INSERT INTO trials (user, at) VALUES (?1, ?2)", (user.0, at.0))?;
            }
            Change::TakeIds(kind, many) => committed.blocks.push(take_ids(writer, *kind, *many)?),
            Change::Guide(source, build, channels, programmes) => {
                guide::add(writer, *source, *build, channels, programmes)?;
            }
            Change::PruneGuide(source, most) => committed.touched.push(guide::prune(writer, *source, *most)?),
            Change::SweepSessions(now, most) => committed.touched.push(sessions::sweep(writer, *now, *most)?),
            Change::SweepBoxEvents(before, most) => {
                committed.touched.push(box_events::sweep(writer, *before, *most)?);
            }
            Change::See(seen) => sightings::write(writer, seen)?,
            Change::Reshape(reshape) => document_places::reshape(writer, reshape)?,
            Change::Settle(id, settled) => outbox::settle(writer, *id, settled)?,
            Change::Unfinished(tenant) => unfinished::note(writer, *tenant)?,
            Change::Finished(tenant) => unfinished::forget(writer, *tenant)?,
        }
        Ok(())
    }
}

/// Writes a row, and finds out what stopped it.
fn write(writer: &PlanWriter<'_>, object: &Object, fresh: bool) -> Result<(), Failure> {
    let written = if fresh { table::insert(writer, object).map(|()| true) } else { table::update(writer, object) };
    match written {
        Ok(true) => {
            writer.note();
            Ok(())
        }
        Ok(false) => Err(Failure::Conflict(guards::unchanged(object))),
        Err(error) => {
            let failure = Failure::from(error);
            if !matches!(failure, Failure::Invalid(_)) {
                return Err(failure);
            }
            let broken = guards::broken_by(writer, object, fresh)?;
            // A row with further tables may have been half written.
            if has_more_tables(object) {
                writer.note();
            }
            Err(broken.map_or(failure, Failure::Conflict))
        }
    }
}

fn has_more_tables(object: &Object) -> bool {
    // Of these alone the further rows may be refused.
    matches!(object, Object::Tenant(_) | Object::Document(_))
}

/// Whether the plan writes the bouquet's row too; its version then rises there.
fn rewrites(plan: &Plan, id: BouquetId) -> bool {
    plan.changes.iter().any(|change| match change {
        Change::Insert(object) | Change::Update(object) => object.key() == Key::Bouquet(id),
        _ => false,
    })
}

/// Takes the next block of ids of a kind. Returns its first.
fn take_ids(writer: &PlanWriter<'_>, kind: Kind, many: u32) -> Result<u32, Failure> {
    let next: i64 = writer
        .connection
        .prepare_cached(
            "INSERT INTO id_blocks (kind, next) VALUES (?1, ?2 + 1) \
             ON CONFLICT (kind) DO UPDATE SET next = next + ?2 RETURNING next",
        )?
        .query_row((kind.as_str(), many), |row| row.get(0))?;
    writer.note();
    let exhausted = || Failure::Invalid(format!("the {} ids are used up", kind.as_str()));
    if u32::try_from(next).is_err() {
        return Err(exhausted());
    }
    u32::try_from(next - i64::from(many)).map_err(|_| exhausted())
}
