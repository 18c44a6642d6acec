//! The store as the walk sees it: the real one, with a count of the plugin host's writes to the control database that
//! nobody has answered yet.

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
use host_core::plan::{Change, Database, Name, Plan, Reservation};
use host_core::port::{
    BouquetMember, Called, CodeBatches, Collection, CommitError, Committed, Counted, Documents, Page, Pending, Query,
    Replayed, Select, SelectError, Selected, Store, Trouble, Verified, Waiting,
};
use host_core::sighting::Seen;
use host_core::stream::{Stream, StreamKind};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{
    BouquetId, CategoryId, GuideSourceId, LineId, NodeId, SeriesId, StreamId, TenantId, TransferId, UserId,
};
use host_store::SqliteStore;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// The real store. What of the plugin host waits for the control database's writer is counted, because when it waits for
/// anything else it waits for a thread, and the walk has to wait with it to stay the same. Others who wait for the writer
/// meanwhile, as who suspends a tenant, say nothing of it.
pub struct Gauge {
    store: Arc<SqliteStore>,
    control: Arc<AtomicUsize>,
    is_plugin_host: AtomicBool,
}

impl Gauge {
    pub fn new(store: Arc<SqliteStore>) -> Gauge {
        Gauge { store, control: Arc::default(), is_plugin_host: AtomicBool::new(false) }
    }

    /// The plugin host goes on with something: what it asks for meanwhile is counted. All is on the walk's thread.
    pub fn as_plugin_host<T>(&self, goes_on: impl FnOnce() -> T) -> T {
        self.is_plugin_host.store(true, SeqCst);
        let done = goes_on();
        self.is_plugin_host.store(false, SeqCst);
        done
    }

    /// Whether the plugin host waits for the control database's writer.
    pub fn waits_for_control(&self) -> bool {
        self.control.load(SeqCst) > 0
    }

    fn counted<'a, T: Send + 'a, E: Send + 'a>(
        &self,
        database: Database,
        answer: Pending<'a, T, E>,
    ) -> Pending<'a, T, E> {
        if database != Database::Control || !self.is_plugin_host.load(SeqCst) {
            return answer;
        }
        self.control.fetch_add(1, SeqCst);
        let waits = Waits(Arc::clone(&self.control));
        Pending::later(async move {
            let _until_answered = waits;
            answer.await
        })
    }
}

struct Waits(Arc<AtomicUsize>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

macro_rules! handed_on {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> $answer { self.store.$name($($argument),*) })*
    };
}

impl Store for Gauge {
    fn commit(&self, database: Database, plan: Plan) -> Pending<'_, Committed, CommitError> {
        let notes = |change: &Change| matches!(change, Change::Unfinished(_) | Change::Finished(_));
        // Such a note is the engine's: the plugin host waits for none.
        let is_note = !plan.changes.is_empty() && plan.changes.iter().all(notes);
        let answer = self.store.commit(database, plan);
        if is_note { answer } else { self.counted(database, answer) }
    }

    fn reserve(&self, database: Database, names: BTreeSet<Name>, alone: bool) -> Pending<'_, Reservation> {
        self.counted(database, self.store.reserve(database, names, alone))
    }

    handed_on! {
        fn release(database: Database, reservation: Reservation) -> ();
        fn select(tenant: TenantId, select: Select) -> Pending<'_, Selected, SelectError>;
        fn get(database: Database, scope: Scope, key: Key) -> Pending<'_, Option<Object>>;
        fn find(database: Database, unique: Unique) -> Pending<'_, Option<Object>>;
        fn list(database: Database, query: Query) -> Pending<'_, Page>;
        fn range(tenant: TenantId, range: Range) -> Pending<'_, Documents>;
        fn collection(tenant: TenantId, name: String) -> Pending<'_, Collection>;
        fn referring(tenant: TenantId, word: String, id: u32, most: u32) -> Pending<'_, (u32, Vec<Document>)>;
        fn balance(tenant: TenantId, account: Account) -> Pending<'_, Credits>;
        fn transfers(tenant: TenantId, account: Account, behind: Option<TransferId>, limit: u32) -> Pending<'_, Vec<Entry>>;
        fn transfer(tenant: TenantId, id: TransferId) -> Pending<'_, Option<(Entry, Option<TransferId>)>>;
        fn purchases(tenant: TenantId, object: Key) -> Pending<'_, Vec<Entry>>;
        fn movements(tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Entry>>;
        fn deeds(tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Deed>>;
        fn box_events(tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<BoxEvent>>;
        fn code_batches(tenant: TenantId, scope: Scope, start: u32, limit: u32) -> Pending<'_, CodeBatches>;
        fn called(tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Called)>>;
        fn trials(tenant: TenantId, user: UserId, since: Unix) -> Pending<'_, u32>;
        fn named_by(database: Database, key: Key) -> Pending<'_, Option<Kind>>;
        fn seen(tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Seen)>>;
        fn count(database: Database, kind: Kind) -> Pending<'_, u32>;
        fn within(tenant: TenantId, user: UserId, root: UserId) -> Pending<'_, bool>;
        fn tree(tenant: TenantId, root: UserId) -> Pending<'_, Vec<UserId>>;
        fn members(tenant: TenantId, bouquet: BouquetId) -> Pending<'_, Vec<Member>>;
        fn members_page(
            tenant: TenantId, bouquet: BouquetId, after: Option<Member>, limit: u32
        ) -> Pending<'_, Vec<BouquetMember>>;
        fn member_counts(tenant: TenantId, bouquets: Vec<BouquetId>) -> Pending<'_, Vec<Counted>>;
        fn holds(tenant: TenantId, bouquet: BouquetId, member: Member) -> Pending<'_, bool>;
        fn catalogue(
            tenant: TenantId, bouquets: Vec<BouquetId>, kinds: Vec<StreamKind>, category: Option<CategoryId>
        ) -> Pending<'_, Vec<StreamId>>;
        fn catalogue_series(
            tenant: TenantId, bouquets: Vec<BouquetId>, category: Option<CategoryId>
        ) -> Pending<'_, Vec<SeriesId>>;
        fn streams(tenant: TenantId, ids: Vec<StreamId>) -> Pending<'_, Vec<Stream>>;
        fn carries(tenant: TenantId, bouquets: Vec<BouquetId>, stream: StreamId) -> Pending<'_, bool>;
        fn carriers(tenant: TenantId, streams: Vec<StreamId>) -> Pending<'_, Vec<(StreamId, BouquetId)>>;
        fn programmes(
            tenant: TenantId, source: Option<GuideSourceId>, channels: Vec<String>, from: Unix, to: Unix, limit: u32
        ) -> Pending<'_, Vec<Programme>>;
        fn guide_channels(tenant: TenantId) -> Pending<'_, Vec<GuideChannel>>;
        fn replayed(tenant: TenantId, user: UserId, key: String) -> Pending<'_, Option<Replayed>>;
        fn unfinished() -> Pending<'_, Vec<TenantId>>;
        fn outbox(database: Database, node: NodeId, now: Unix, limit: u32) -> Pending<'_, Vec<Waiting>>;
        fn catalogue_generation(tenant: TenantId, bouquets: Option<&[BouquetId]>) -> u64;
        fn settings_generation(tenant: TenantId) -> u64;
        fn guide_generation(tenant: TenantId) -> u64;
        fn line_generation(tenant: TenantId, line: Option<LineId>) -> u64;
        fn tenant_generation() -> u64;
        fn build_size(tenant: TenantId, source: GuideSourceId, build: Build) -> Pending<'_, u32>;
        fn troubles() -> Vec<(Database, Trouble)>;
        fn verify(database: Database) -> Pending<'_, Verified>;
    }
}
