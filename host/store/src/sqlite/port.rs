//! The core's `Store` port: each read a function of its concept, run at once or in the lane by
//! what it costs, each write an order to the writer of its database.

use super::writer::Order;
use super::{
    SqliteStore, box_events, called, code_batches, documents, find, guards, guide, idempotency, ledger, list,
    member_places, members, outbox, references, select, sightings, trails, unfinished, verify,
};
use crate::error::failed;
use host_core::audit::Deed;
use host_core::bouquet::Member;
use host_core::box_event::BoxEvent;
use host_core::caller::Scope;
use host_core::credit::Credits;
use host_core::document::{Document, Range};
use host_core::guide::{Build, GuideChannel, Programme};
use host_core::journal::{LogPage, LogQuery};
use host_core::ledger::{Account, Entry};
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Database, Name, Plan, Reservation};
use host_core::port::{
    BouquetMember, Called, CodeBatches, Collection, CommitError, Committed, Counted, Documents, Page, Pending, Query,
    Replayed, Select, SelectError, Selected, Store, StoreError, Trouble, Verified, Waiting,
};
use host_core::sighting::Seen;
use host_core::stream::{Stream, StreamKind};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{
    BouquetId, CategoryId, GuideSourceId, LineId, NodeId, SeriesId, StreamId, TenantId, TransferId, UserId,
};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

impl Store for SqliteStore {
    fn get(&self, database: Database, scope: Scope, key: Key) -> Pending<'_, Option<Object>> {
        self.short(database, |connection| {
            find::belongs(database, key.kind())?;
            find::get(connection, scope, key)
        })
    }

    fn find(&self, database: Database, unique: Unique) -> Pending<'_, Option<Object>> {
        self.short(database, |connection| {
            find::belongs(database, unique.kind())?;
            find::find(connection, &unique)
        })
    }

    fn list(&self, database: Database, query: Query) -> Pending<'_, Page> {
        self.long(database, move |connection| {
            find::belongs(database, query.kind)?;
            list::list(connection, &query)
        })
    }

    fn range(&self, tenant: TenantId, range: Range) -> Pending<'_, Documents> {
        self.of_rows(tenant, range.limit as usize, move |connection| documents::range(connection, &range))
    }

    fn collection(&self, tenant: TenantId, name: String) -> Pending<'_, Collection> {
        self.short_of(tenant, |connection| documents::collection(connection, &name).map_err(failed))
    }

    fn referring(&self, tenant: TenantId, word: String, id: u32, most: u32) -> Pending<'_, (u32, Vec<Document>)> {
        self.short_of(tenant, |connection| documents::referring(connection, &word, id, most))
    }

    fn balance(&self, tenant: TenantId, account: Account) -> Pending<'_, Credits> {
        self.short_of(tenant, |connection| ledger::balance(connection, account).map_err(failed))
    }

    fn transfers(
        &self,
        tenant: TenantId,
        account: Account,
        behind: Option<TransferId>,
        limit: u32,
    ) -> Pending<'_, Vec<Entry>> {
        self.of_rows(tenant, limit as usize, move |connection| ledger::transfers(connection, account, behind, limit))
    }

    fn transfer(&self, tenant: TenantId, id: TransferId) -> Pending<'_, Option<(Entry, Option<TransferId>)>> {
        self.short_of(tenant, |connection| ledger::entry(connection, id))
    }

    fn purchases(&self, tenant: TenantId, object: Key) -> Pending<'_, Vec<Entry>> {
        self.short_of(tenant, move |connection| ledger::purchases(connection, object))
    }

    fn movements(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Entry>> {
        self.long_of(tenant, move |connection| trails::movements(connection, &query))
    }

    fn deeds(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Deed>> {
        self.long_of(tenant, move |connection| trails::deeds(connection, &query))
    }

    fn box_events(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<BoxEvent>> {
        self.long_of(tenant, move |connection| box_events::page(connection, &query))
    }

    fn code_batches(&self, tenant: TenantId, scope: Scope, start: u32, limit: u32) -> Pending<'_, CodeBatches> {
        self.long_of(tenant, move |connection| code_batches::page(connection, scope, start, limit).map_err(failed))
    }

    fn called(&self, tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Called)>> {
        self.of_rows(tenant, keys.len(), move |connection| called::read(connection, &keys))
    }

    fn seen(&self, tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Seen)>> {
        self.of_rows(tenant, keys.len(), move |connection| sightings::read(connection, &keys))
    }

    fn trials(&self, tenant: TenantId, user: UserId, since: Unix) -> Pending<'_, u32> {
        self.short_of(tenant, |connection| guards::trials(connection, user, since).map_err(failed))
    }

    fn named_by(&self, database: Database, key: Key) -> Pending<'_, Option<Kind>> {
        self.long(database, move |connection| {
            find::belongs(database, key.kind())?;
            references::named_by(connection, key).map_err(failed)
        })
    }

    fn count(&self, database: Database, kind: Kind) -> Pending<'_, u32> {
        let count = move |connection: &Connection| {
            find::belongs(database, kind)?;
            guards::count(connection, kind).map_err(failed)
        };
        if guards::is_counted(kind) { self.short(database, count) } else { self.long(database, count) }
    }

    fn within(&self, tenant: TenantId, user: UserId, root: UserId) -> Pending<'_, bool> {
        self.short_of(tenant, |connection| {
            find::climb(connection, user, root).map(|(reached, enabled)| reached && enabled).map_err(failed)
        })
    }

    fn tree(&self, tenant: TenantId, root: UserId) -> Pending<'_, Vec<UserId>> {
        self.long_of(tenant, move |connection| find::tree(connection, root).map_err(failed))
    }

    fn members(&self, tenant: TenantId, bouquet: BouquetId) -> Pending<'_, Vec<Member>> {
        self.long_of(tenant, move |connection| members::members(connection, bouquet))
    }

    fn members_page(
        &self,
        tenant: TenantId,
        bouquet: BouquetId,
        after: Option<Member>,
        limit: u32,
    ) -> Pending<'_, Vec<BouquetMember>> {
        self.long_of(tenant, move |connection| members::page(connection, bouquet, after, limit))
    }

    fn member_counts(&self, tenant: TenantId, bouquets: Vec<BouquetId>) -> Pending<'_, Vec<Counted>> {
        self.of_rows(tenant, bouquets.len(), move |connection| members::counts(connection, &bouquets))
    }

    fn holds(&self, tenant: TenantId, bouquet: BouquetId, member: Member) -> Pending<'_, bool> {
        self.short_of(tenant, |connection| {
            member_places::of(connection, bouquet, member).map(|position| position.is_some()).map_err(failed)
        })
    }

    fn catalogue(
        &self,
        tenant: TenantId,
        bouquets: Vec<BouquetId>,
        kinds: Vec<StreamKind>,
        category: Option<CategoryId>,
    ) -> Pending<'_, Vec<StreamId>> {
        self.long_of(tenant, move |connection| members::catalogue(connection, &bouquets, &kinds, category))
    }

    fn catalogue_series(
        &self,
        tenant: TenantId,
        bouquets: Vec<BouquetId>,
        category: Option<CategoryId>,
    ) -> Pending<'_, Vec<SeriesId>> {
        self.long_of(tenant, move |connection| members::catalogue_series(connection, &bouquets, category))
    }

    fn streams(&self, tenant: TenantId, ids: Vec<StreamId>) -> Pending<'_, Vec<Stream>> {
        self.of_rows(tenant, ids.len(), move |connection| members::streams(connection, &ids))
    }

    fn carries(&self, tenant: TenantId, bouquets: Vec<BouquetId>, stream: StreamId) -> Pending<'_, bool> {
        self.short_of(tenant, |connection| members::carries(connection, &bouquets, stream).map_err(failed))
    }

    fn carriers(&self, tenant: TenantId, streams: Vec<StreamId>) -> Pending<'_, Vec<(StreamId, BouquetId)>> {
        self.of_rows(tenant, streams.len(), move |connection| members::carriers(connection, &streams))
    }

    fn programmes(
        &self,
        tenant: TenantId,
        source: Option<GuideSourceId>,
        channels: Vec<String>,
        from: Unix,
        to: Unix,
        limit: u32,
    ) -> Pending<'_, Vec<Programme>> {
        let rows = channels.len().saturating_mul(limit as usize);
        self.of_rows(tenant, rows, move |connection| guide::programmes(connection, source, channels, (from, to), limit))
    }

    fn guide_channels(&self, tenant: TenantId) -> Pending<'_, Vec<GuideChannel>> {
        self.long_of(tenant, |connection| guide::channels(connection).map_err(failed))
    }

    fn replayed(&self, tenant: TenantId, user: UserId, key: String) -> Pending<'_, Option<Replayed>> {
        self.short_of(tenant, |connection| idempotency::replayed(connection, user, &key).map_err(failed))
    }

    fn unfinished(&self) -> Pending<'_, Vec<TenantId>> {
        self.short(Database::Control, |control| unfinished::all(control).map_err(failed))
    }

    fn outbox(&self, database: Database, node: NodeId, now: Unix, limit: u32) -> Pending<'_, Vec<Waiting>> {
        self.short(database, |connection| outbox::due(connection, node, now, limit))
    }

    fn catalogue_generation(&self, tenant: TenantId, bouquets: Option<&[BouquetId]>) -> u64 {
        self.databases.generation(tenant, |state| match bouquets {
            Some(bouquets) => state.bouquets.of(bouquets.iter().map(|id| id.0)),
            None => state.bouquets.now(),
        })
    }

    fn settings_generation(&self, tenant: TenantId) -> u64 {
        self.databases.generation(tenant, |state| state.settings.load(Ordering::Acquire))
    }

    fn guide_generation(&self, tenant: TenantId) -> u64 {
        self.databases.generation(tenant, |state| state.guide.load(Ordering::Acquire))
    }

    fn line_generation(&self, tenant: TenantId, line: Option<LineId>) -> u64 {
        // Of a tenant that is gone nothing in memory is new enough.
        self.databases.get(Database::Tenant(tenant)).map_or(u64::MAX, |state| match line {
            Some(line) => state.lines.of([line.0].into_iter()),
            None => state.lines.now(),
        })
    }

    fn tenant_generation(&self) -> u64 {
        self.databases.tenant_generation()
    }

    fn build_size(&self, tenant: TenantId, source: GuideSourceId, build: Build) -> Pending<'_, u32> {
        self.long_of(tenant, move |connection| guide::build_size(connection, source, build).map_err(failed))
    }

    fn select(&self, tenant: TenantId, asked: Select) -> Pending<'_, Selected, SelectError> {
        select::answer(&self.selects, &self.lane, &self.directory, tenant, asked)
    }

    fn commit(&self, database: Database, plan: Plan) -> Pending<'_, Committed, CommitError> {
        let (answer, verdict) = oneshot::channel();
        if self.pool.send(Order::Commit { database, plan: Box::new(plan), answer }).is_err() {
            return Pending::ready(Err(CommitError::Store(StoreError::Busy)));
        }
        Pending::later(async move { verdict.await.unwrap_or(Err(CommitError::Store(StoreError::Busy))) })
    }

    fn reserve(&self, database: Database, names: BTreeSet<Name>, alone: bool) -> Pending<'_, Reservation> {
        let (answer, reservation) = oneshot::channel();
        if self.pool.send(Order::Reserve { database, names, alone, answer }).is_err() {
            return Pending::ready(Err(StoreError::Busy));
        }
        Pending::later(async move { reservation.await.map_err(|_| StoreError::Busy) })
    }

    fn release(&self, database: Database, reservation: Reservation) {
        // In a full queue it is dropped: the reservation then ends by itself.
        let _ = self.pool.send(Order::Release { database, reservation });
    }

    fn troubles(&self) -> Vec<(Database, Trouble)> {
        self.databases.troubles(|id| self.directory.panel(id).exists())
    }

    fn verify(&self, database: Database) -> Pending<'_, Verified> {
        let (answer, findings) = oneshot::channel();
        let (readers, keys) = (Arc::clone(&self.readers), self.keys.clone());
        // It takes as long as the database is large: not on the caller's thread.
        let look = move || {
            let found = verify::whole(&readers, &keys, database, || true);
            // Whoever is answered may close the directory and open it again.
            drop(readers);
            let _ = answer.send(found);
        };
        if let Err(error) = std::thread::Builder::new().name("verify".into()).spawn(look) {
            return Pending::ready(Err(StoreError::Failed(error.to_string())));
        }
        Pending::later(async move { findings.await.unwrap_or(Err(StoreError::Busy)) })
    }
}
