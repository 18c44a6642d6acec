//! What the engine asks of its store, and how often: seen by a store that counts and hands on.

use crate::panel::{Panel, code, ip, map};
use host_core::audit::Deed;
use host_core::bouquet::Member;
use host_core::box_event::BoxEvent;
use host_core::caller::{Caller, Scope};
use host_core::credit::Credits;
use host_core::document::{Document, Range};
use host_core::guide::{Build, GuideChannel, Programme};
use host_core::import::PlaylistEntry;
use host_core::journal::{LogPage, LogQuery};
use host_core::ledger::{Account, Entry};
use host_core::line::{Output, Visit};
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Database, Name, Plan, Reservation};
use host_core::port::{
    BouquetMember, Called, CodeBatches, Collection, CommitError, Committed, Counted, Documents, MAX_START, Page,
    Pending, Query, Replayed, Select, SelectError, Selected, Store, Trouble, Verified, Waiting,
};
use host_core::sighting::Seen;
use host_core::stream::{Stream, StreamKind};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{
    BouquetId, CategoryId, GuideSourceId, LineId, NodeId, SeriesId, StreamId, TenantId, TransferId, UserId,
};
use host_engine::import::{PlaylistOptions, playlist};
use host_engine::{Ended, Seat, Work, line, record, user};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What was asked.
#[derive(Default)]
struct Asked {
    /// Lists.
    lists: AtomicUsize,
    /// Questions about which bouquets hold a stream.
    holders: AtomicUsize,
    /// Rows of the audit in each plan.
    audits: Mutex<Vec<usize>>,
}

struct Counting {
    store: Arc<dyn Store>,
    asked: Arc<Asked>,
}

macro_rules! handed_on {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> $answer { self.store.$name($($argument),*) })*
    };
}

impl Store for Counting {
    fn commit(&self, database: Database, plan: Plan) -> Pending<'_, Committed, CommitError> {
        self.asked.audits.lock().push(plan.audit.len());
        self.store.commit(database, plan)
    }

    fn list(&self, database: Database, query: Query) -> Pending<'_, Page> {
        self.asked.lists.fetch_add(1, Ordering::SeqCst);
        self.store.list(database, query)
    }

    fn carries(&self, tenant: TenantId, bouquets: Vec<BouquetId>, stream: StreamId) -> Pending<'_, bool> {
        self.asked.holders.fetch_add(1, Ordering::SeqCst);
        self.store.carries(tenant, bouquets, stream)
    }

    fn carriers(&self, tenant: TenantId, streams: Vec<StreamId>) -> Pending<'_, Vec<(StreamId, BouquetId)>> {
        self.asked.holders.fetch_add(1, Ordering::SeqCst);
        self.store.carriers(tenant, streams)
    }

    handed_on! {
        fn reserve(database: Database, names: BTreeSet<Name>, alone: bool) -> Pending<'_, Reservation>;
        fn release(database: Database, reservation: Reservation) -> ();
        fn select(tenant: TenantId, select: Select) -> Pending<'_, Selected, SelectError>;
        fn get(database: Database, scope: Scope, key: Key) -> Pending<'_, Option<Object>>;
        fn find(database: Database, unique: Unique) -> Pending<'_, Option<Object>>;
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

async fn counting() -> (Panel, Arc<Asked>) {
    let asked = Arc::new(Asked::default());
    let counts = Arc::clone(&asked);
    (Panel::over(|store| Arc::new(Counting { store, asked: counts })).await, asked)
}

async fn start(panel: &Panel, username: &str, address: &str) -> Seat {
    let line = panel.sign_in(username, "secret-1").await.unwrap().line;
    let (engine, stream) = (&panel.engine, StreamId(panel.streams[0]));
    let visit = Visit { address: ip(address), agent: "vlc", isp: None, country: None, output: Some(Output::Ts) };
    engine.admit(&line, panel.tenant, stream, engine.seats().fresh_session(), &visit).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_all_connections_asks_once_what_is_watched_however_many_lines_watch() {
    let (panel, asked) = counting().await;
    let mut seats = Vec::new();
    for number in 0..40 {
        let username = format!("guest{number}");
        panel.line(&username, 1).await;
        seats.push(start(&panel, &username, &format!("10.0.{}.1", number % 2)).await);
    }
    let before = asked.holders.load(Ordering::SeqCst);
    let block = map(json!({ "kind": "address", "value": "10.0.1.0/24" }));
    let verb = async |work: &mut Work| record::create(work, "block", &block).await;
    panel.engine.act(panel.admin.clone(), "block", verb).await.unwrap();
    assert_eq!(asked.holders.load(Ordering::SeqCst) - before, 1);
    for (number, seat) in seats.iter().enumerate() {
        let ended = (number % 2 == 1).then_some(Ended::Killed);
        assert_eq!(seat.is_ended(), ended, "guest{number}");
    }
}

#[tokio::test]
async fn block_lists_are_read_once_however_many_ask_at_the_same_moment() {
    let (panel, asked) = counting().await;
    let before = asked.lists.load(Ordering::SeqCst);
    let asking: Vec<_> = (0..300)
        .map(|_| {
            let (engine, tenant) = (Arc::clone(&panel.engine), panel.tenant);
            tokio::spawn(async move { engine.blocked(tenant).await.unwrap().len() })
        })
        .collect();
    for answer in asking {
        assert_eq!(answer.await.unwrap(), 0);
    }
    assert_eq!(asked.lists.load(Ordering::SeqCst) - before, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_leaves_a_row_of_the_audit_for_each_piece_and_not_for_each_stream() {
    let (panel, asked) = counting().await;
    asked.audits.lock().clear();
    let entry = |number: u32| {
        let (name, url) = (format!("Channel {number}"), format!("http://tv.example.org/{number}.ts"));
        Ok(Ok(PlaylistEntry { name, url, ..PlaylistEntry::default() }))
    };
    let options = PlaylistOptions { source: "s".into(), bouquet: "B".into(), prune: false, dry_run: false };
    let caller = Caller::system(panel.tenant, "t");
    let report = playlist(&panel.engine, caller, &options, (0..1_200).map(entry), |_| true).await.unwrap();
    assert_eq!(report["counts"]["added"], 1_200);
    let audits = asked.audits.lock().clone();
    assert!(audits.iter().all(|rows| *rows <= 2), "the streams and the bouquet's members: {audits:?}");
    assert!(audits.iter().filter(|rows| **rows > 0).count() >= 3, "and nothing is left out: {audits:?}");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_by_the_cursor_of_each_page_to_its_end() {
    let panel = Panel::new().await;
    let list = async |query: serde_json::Value| {
        let verb = async |work: &mut Work| record::list(work, "stream", &map(query.clone())).await;
        panel.engine.act(panel.admin.clone(), "list", verb).await
    };
    let whole = list(json!({})).await.unwrap();
    let streams: Vec<_> = whole["rows"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert!(streams.len() > 1 && whole["cursor"].is_null());
    let mut seen = Vec::new();
    let mut page = list(json!({ "limit": 1 })).await.unwrap();
    assert_eq!(page["total"], streams.len());
    while let Some(cursor) = page["cursor"].as_str().map(ToOwned::to_owned) {
        seen.push(page["rows"][0]["id"].clone());
        page = list(json!({ "limit": 1, "after": cursor })).await.unwrap();
        assert!(page["total"].is_null() && page["matching"].is_null());
    }
    assert_eq!(seen, streams);
    for wrong in [json!({ "after": 1 }), json!({ "after": "x" }), json!({ "after": "1", "start": 1 })] {
        let refused = list(wrong).await;
        assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some("after"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_skips_more_than_it_may_is_refused_by_the_name_of_its_field() {
    let panel = Panel::new().await;
    let list = async |start: u32, search: &str| {
        let query = map(json!({ "start": start, "search": search }));
        let verb = async |work: &mut Work| record::list(work, "stream", &query).await;
        panel.engine.act(panel.admin.clone(), "list", verb).await
    };
    assert!(list(MAX_START, "x").await.is_ok());
    assert!(list(MAX_START + 1, "").await.is_ok(), "where rows are counted, those before a page are not read");
    let refused = list(MAX_START + 1, "x").await;
    let refusal = refused.as_ref().unwrap_err().refusal().unwrap();
    assert_eq!(refusal.field.as_deref(), Some("start"));
    assert!(refusal.message.contains("100000"), "{refusal:?}");
    assert_eq!(code(refused), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_of_its_rows_what_it_is_asked_for_and_the_same_of_it_as_otherwise() {
    let panel = Panel::new().await;
    panel.line("anna", 2).await;
    let rows = async |kind: &str, query: Value| {
        let query = map(query);
        let verb = async |work: &mut Work| {
            Ok(match kind {
                "line" => serde_json::to_value(line::list(work, &query).await?).unwrap(),
                "user" => user::list(work, &query).await?,
                kind => record::list(work, kind, &query).await?,
            })
        };
        panel.engine.act(panel.admin.clone(), "list", verb).await.map(|page| page["rows"].as_array().unwrap().clone())
    };
    for kind in ["line", "user", "stream", "group"] {
        let whole = rows(kind, json!({})).await.unwrap();
        let names: Vec<_> =
            whole[0].as_object().unwrap().keys().filter(|name| *name != "id" && *name != "version").cloned().collect();
        assert!(names.len() > 3, "{kind}: {names:?}");
        for name in names {
            for (row, whole) in rows(kind, json!({ "fields": [name, "colour"] })).await.unwrap().iter().zip(&whole) {
                assert_eq!((&row["id"], row.get(&name)), (&whole["id"], whole.get(&name)), "{kind} {name}");
                let others: Vec<_> = row
                    .as_object()
                    .unwrap()
                    .keys()
                    .filter(|other| !["id", "version", &name].contains(&other.as_str()))
                    .collect();
                assert!(others.is_empty(), "{kind} {name}: {others:?}");
            }
        }
    }
    let refused = rows("line", json!({ "fields": "username" })).await;
    assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some("fields"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_plan_with_effects_costs_a_further_plan() {
    let (panel, asked) = counting().await;
    let edit = async |source: &str| {
        let fields = map(json!({ "sources": [source] }));
        asked.audits.lock().clear();
        let verb = async |work: &mut Work| record::edit(work, "stream", panel.streams[0], &fields).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
        asked.audits.lock().len()
    };
    assert_eq!([edit("test:a").await, edit("test:b").await, edit("test:c").await], [2, 1, 1]);
}
