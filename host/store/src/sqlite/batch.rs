//! Group commit: many plans, each whole or not at all, in one transaction with one flush.
//! Knows nothing of queues or threads.
//!
//! Guards are checked before a plan writes, so that a plan that fails has nearly always written
//! nothing and the others go on. One that fails after a write ends the attempt; the batch is
//! then done again with a savepoint around each plan.

use super::audit_chain::Chain;
use super::table::{self, statements};
use super::{guards, idempotency, late, ledger, members, outbox, set_change};
use crate::error::{failed, plain};
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Change, Guard, MAX_CHANGES, Plan, SetKind};
use host_core::port::{CommitError, Committed, StoreError};
use host_core::{BouquetId, TenantId};
use rusqlite::{Connection, ErrorCode, Params};
use std::cell::Cell;
use std::collections::HashMap;

/// What a plan's answer will be, once its batch is durable.
pub(super) type Verdict = Result<Committed, CommitError>;

/// Why a plan cannot be done.
pub(super) enum Failure {
    Conflict(Guard),
    Invalid(String),
    /// The database failed; the whole batch ends.
    Broken(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => {
                Failure::Invalid(plain(&error))
            }
            None if matches!(error, rusqlite::Error::ToSqlConversionFailure(_)) => Failure::Invalid(plain(&error)),
            _ => Failure::Broken(failed(error)),
        }
    }
}

impl Failure {
    /// A failure where none can be the plan's own.
    fn into_broken(self) -> Failure {
        match self {
            Failure::Broken(error) => Failure::Broken(error),
            Failure::Invalid(reason) => Failure::Broken(StoreError::Failed(reason)),
            Failure::Conflict(guard) => Failure::Broken(StoreError::Failed(format!("{guard:?}"))),
        }
    }
}

/// Writes, and remembers whether anything was written.
pub(super) struct Hand<'c> {
    pub(super) connection: &'c Connection,
    wrote: Cell<bool>,
}

impl Hand<'_> {
    /// Runs a statement. The answer: rows it touched.
    pub(super) fn run(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        let rows = self.connection.prepare_cached(sql)?.execute(params)?;
        if rows > 0 {
            self.wrote.set(true);
        }
        Ok(rows)
    }
}

/// How many rows there are of the kinds that were asked for, kept up to date by the writer.
#[derive(Default)]
pub(super) struct Counts(HashMap<Kind, u32>);

impl Counts {
    pub(super) fn get(&mut self, connection: &Connection, kind: Kind) -> rusqlite::Result<u32> {
        if let Some(rows) = self.0.get(&kind) {
            return Ok(*rows);
        }
        let rows = guards::count(connection, kind)?;
        self.0.insert(kind, rows);
        Ok(rows)
    }

    fn added(&mut self, kind: Kind) {
        if let Some(rows) = self.0.get_mut(&kind) {
            *rows = rows.saturating_add(1);
        }
    }

    fn removed(&mut self, kind: Kind) {
        match self.0.get_mut(&kind) {
            // What else may have gone with other kinds is counted again.
            Some(rows) if kind == Kind::Line => *rows = rows.saturating_sub(1),
            _ => self.forget(),
        }
    }

    /// Everything is counted again when it is next asked for.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

/// What a batch came to.
pub(super) struct Outcome {
    /// One for each plan, in order.
    pub(super) verdicts: Vec<Verdict>,
    pub(super) effects: Touched,
    /// The connection is not to be used again.
    pub(super) broken: bool,
}

/// A tenant that is new, with its name.
pub(super) type Born = (TenantId, String);

/// What others must hear of a committed batch.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) catalogue: bool,
    pub(super) guide: bool,
    pub(super) born: Vec<Born>,
    pub(super) gone: Vec<TenantId>,
}

/// Commits plans. `prepare` runs before the commit with the tenants that are born in it; when
/// it fails, or the flush does, no plan was done.
pub(super) fn commit(
    connection: &Connection,
    counts: &mut Counts,
    plans: &[&Plan],
    prepare: &mut dyn FnMut(&[Born]) -> Result<(), StoreError>,
) -> Outcome {
    let done = match attempt(connection, counts, plans, false, prepare) {
        Ok(None) => attempt(connection, counts, plans, true, prepare),
        other => other,
    };
    let error = match done {
        Ok(Some((verdicts, effects))) => return Outcome { verdicts, effects, broken: false },
        Ok(None) => StoreError::Failed("a plan could not be taken back".into()),
        Err(error) => error,
    };
    if !connection.is_autocommit() {
        // A failed rollback changes nothing: the connection is dropped, which rolls back.
        let _ = connection.execute_batch("ROLLBACK");
    }
    counts.forget();
    let verdicts = plans.iter().map(|_| Err(CommitError::Store(error.clone()))).collect();
    Outcome { verdicts, effects: Touched::default(), broken: true }
}

/// One transaction over all plans. `None`: a plan failed after it had written, and without
/// savepoints that cannot be taken back alone.
fn attempt(
    connection: &Connection,
    counts: &mut Counts,
    plans: &[&Plan],
    savepoints: bool,
    prepare: &mut dyn FnMut(&[Born]) -> Result<(), StoreError>,
) -> Result<Option<(Vec<Verdict>, Touched)>, StoreError> {
    let say = |sql: &str| connection.prepare_cached(sql).and_then(|mut s| s.execute(())).map_err(failed);
    say("BEGIN IMMEDIATE")?;
    let mut batch = Batch { connection, counts, chain: Chain::new(), touched: Touched::default() };
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(plans.len());
    for plan in plans {
        if savepoints {
            say("SAVEPOINT plan")?;
        }
        let hand = Hand { connection, wrote: Cell::new(false) };
        let verdict = match batch.apply(&hand, plan) {
            Ok(committed) => Ok(committed),
            Err(Failure::Broken(error)) => return Err(error),
            Err(Failure::Conflict(guard)) => Err(CommitError::Conflict(guard)),
            Err(Failure::Invalid(reason)) => Err(CommitError::Invalid(reason)),
        };
        if verdict.is_err() && hand.wrote.get() {
            batch.counts.forget();
            if !savepoints {
                say("ROLLBACK")?;
                return Ok((plans.len() == 1).then(|| (vec![verdict], Touched::default())));
            }
            say("ROLLBACK TO plan")?;
        }
        if savepoints {
            say("RELEASE plan")?;
        }
        verdicts.push(verdict);
    }
    let Batch { chain, mut touched, .. } = batch;
    let link = chain.close(connection).map_err(failed)?;
    fill_links(connection, plans, &mut verdicts, &link).map_err(failed)?;
    touched.of(plans, &verdicts);
    prepare(&touched.born)?;
    say("COMMIT")?;
    Ok(Some((verdicts, touched)))
}

/// The link of the commit group goes into the answers and kept replies that wait for it.
fn fill_links(
    connection: &Connection,
    plans: &[&Plan],
    verdicts: &mut [Verdict],
    link: &[u8; 32],
) -> rusqlite::Result<()> {
    let mut newest = None;
    for (plan, verdict) in plans.iter().zip(verdicts) {
        let Ok(committed) = verdict else { continue };
        let record = plan.idempotency.as_ref();
        newest = newest.max(record.map(|record| record.at));
        if late::wants_link(&plan.late) {
            late::link(link, &plan.late, &mut committed.late);
            if let Some(record) = record {
                let reply = late::fill_reply(&record.reply, &plan.late, &committed.late);
                idempotency::complete(connection, record, &reply)?;
            }
        }
    }
    newest.map_or(Ok(()), |now| idempotency::forget_old(connection, now))
}

impl Touched {
    /// What the plans that were done touch.
    fn of(&mut self, plans: &[&Plan], verdicts: &[Verdict]) {
        let done = plans.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_ok());
        for change in done.flat_map(|(plan, _)| &plan.changes) {
            match change {
                Change::Insert(object) | Change::Update(object) => {
                    self.kind(object.key().kind());
                    if let (Change::Insert(_), Object::Tenant(tenant)) = (change, &**object) {
                        self.born.push((tenant.id, tenant.name.clone()));
                    }
                }
                Change::Delete(key, _) => {
                    self.kind(key.kind());
                    if let Key::Tenant(id) = key {
                        self.gone.push(*id);
                    }
                }
                Change::SetMembers(..) | Change::AddMembers(..) => self.catalogue = true,
                Change::Set(set) => {
                    self.catalogue |= matches!(set.what, SetKind::MarkMissing(..) | SetKind::PruneMissing(_));
                }
                Change::Transfer(_)
                | Change::TakeIds(..)
                | Change::Guide(..)
                | Change::PruneGuide(..)
                | Change::Settle(..) => {}
            }
        }
    }

    fn kind(&mut self, kind: Kind) {
        self.guide |= kind == Kind::GuideSource;
        self.catalogue |= matches!(kind, Kind::Stream | Kind::Series | Kind::Category | Kind::Bouquet | Kind::Settings);
    }
}

/// One commit group in the making.
struct Batch<'c> {
    connection: &'c Connection,
    counts: &'c mut Counts,
    chain: Chain,
    touched: Touched,
}

impl Batch<'_> {
    /// Does all that one plan wants. After an error, what it wrote must be taken back.
    fn apply(&mut self, hand: &Hand<'_>, plan: &Plan) -> Result<Committed, Failure> {
        if plan.changes.len() > MAX_CHANGES {
            return Err(Failure::Invalid(format!("it has more than {MAX_CHANGES} changes")));
        }
        guards::check(self.connection, self.counts, plan)?;
        let record = plan.idempotency.as_ref();
        if let Some(record) = record
            && idempotency::is_used(self.connection, record.user, &record.key)?
        {
            return Err(Failure::Conflict(Guard::Unused(record.user, record.key.clone())));
        }
        let mut committed = Committed { late: late::before(self.connection, &plan.late)?, ..Committed::default() };
        for change in &plan.changes {
            self.change(hand, plan, change, &mut committed)?;
        }
        for effect in &plan.effects {
            committed.outbox.push(outbox::add(hand, effect)?);
        }
        late::after(self.connection, &plan.late, &mut committed.late)?;
        if let Some(record) = record {
            let reply = late::fill_reply(&record.reply, &plan.late, &committed.late);
            idempotency::keep(hand, record, &reply)?;
        }
        // Last: a row that is in the chain cannot be taken out of it again.
        for entry in &plan.audit {
            self.chain.add(hand, entry, &plan.late, &committed.late).map_err(Failure::into_broken)?;
        }
        Ok(committed)
    }

    fn change(
        &mut self,
        hand: &Hand<'_>,
        plan: &Plan,
        change: &Change,
        committed: &mut Committed,
    ) -> Result<(), Failure> {
        match change {
            Change::Insert(object) => {
                self.write(object, true, |connection| table::insert(connection, object).map(|()| true), hand)?;
                self.counts.added(object.key().kind());
            }
            Change::Update(object) => {
                self.write(object, false, |connection| table::update(connection, object), hand)?;
            }
            Change::Delete(key, version) => {
                if !table::delete(self.connection, *key, *version)? {
                    return Err(Failure::Conflict(Guard::Unchanged(*key, *version)));
                }
                hand.wrote.set(true);
                self.counts.removed(key.kind());
            }
            Change::Transfer(transfer) => {
                ledger::transfer(hand, transfer, plan.idempotency.as_ref().map(|record| record.key.as_str()))?;
            }
            Change::SetMembers(id, list) => members::set(hand, *id, list, !rewrites(plan, *id))?,
            Change::AddMembers(id, list) => members::add(hand, *id, list, !rewrites(plan, *id))?,
            Change::Set(set) => {
                committed.touched.push(set_change::apply(hand, set)?);
                self.counts.forget();
            }
            Change::TakeIds(kind, many) => committed.blocks.push(take_ids(hand, *kind, *many)?),
            Change::Guide(source, build, channels, programmes) => {
                super::guide::add(hand, *source, *build, channels, programmes)?;
            }
            Change::PruneGuide(source, most) => committed.touched.push(super::guide::prune(hand, *source, *most)?),
            Change::Settle(id, settled) => outbox::settle(hand, *id, settled)?,
        }
        Ok(())
    }

    /// Writes a row, and finds out what stopped it.
    fn write(
        &self,
        object: &Object,
        fresh: bool,
        write: impl FnOnce(&Connection) -> rusqlite::Result<bool>,
        hand: &Hand<'_>,
    ) -> Result<(), Failure> {
        match write(self.connection) {
            Ok(true) => {
                hand.wrote.set(true);
                Ok(())
            }
            Ok(false) => Err(Failure::Conflict(guards::unchanged(object))),
            Err(error) => {
                let failure = Failure::from(error);
                if !matches!(failure, Failure::Invalid(_)) {
                    return Err(failure);
                }
                let broken = guards::broken_by(self.connection, object, fresh)?;
                // A row with further tables may have been half written.
                if has_more_tables(object) {
                    hand.wrote.set(true);
                }
                Err(broken.map_or(failure, Failure::Conflict))
            }
        }
    }
}

fn has_more_tables(object: &Object) -> bool {
    // Only a tenant's: the index rows of the others cannot be refused.
    matches!(object, Object::Tenant(_))
}

/// Whether the plan writes the bouquet's row too; its version then rises there.
fn rewrites(plan: &Plan, id: BouquetId) -> bool {
    plan.changes.iter().any(|change| match change {
        Change::Insert(object) | Change::Update(object) => object.key() == Key::Bouquet(id),
        _ => false,
    })
}

/// Takes the next block of ids of a kind. The answer: its first.
fn take_ids(hand: &Hand<'_>, kind: Kind, many: u32) -> Result<u32, Failure> {
    let next: i64 = hand
        .connection
        .prepare_cached(
            "INSERT INTO id_blocks (kind, next) VALUES (?1, ?2 + 1) \
             ON CONFLICT (kind) DO UPDATE SET next = next + ?2 RETURNING next",
        )?
        .query_row((kind.as_str(), many), |row| row.get(0))?;
    hand.wrote.set(true);
    let exhausted = || Failure::Invalid(format!("the {} ids are used up", kind.as_str()));
    if u32::try_from(next).is_err() {
        return Err(exhausted());
    }
    u32::try_from(next - i64::from(many)).map_err(|_| exhausted())
}

/// Whether every kind has its statements: asked once at the start, so that the first plan does
/// not pay for it.
pub(super) fn warm() {
    for kind in Kind::ALL {
        let _ = statements(*kind);
    }
}
