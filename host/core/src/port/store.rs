//! The storage port: plain data in, plain data out. Reads take a scope; there is exactly one way to write,
//! [`Store::commit`].

use super::{
    BouquetMember, Called, CodeBatches, Collection, Counted, Documents, Page, Pending, Replayed, Select, SelectError,
    Selected, StoreError, Trouble, Verified, Waiting,
};
use crate::audit::Deed;
use crate::bouquet::Member;
use crate::box_event::BoxEvent;
use crate::caller::Scope;
use crate::category::CategoryKind;
use crate::credit::Credits;
use crate::document::{Document, Range};
use crate::field_list::Chosen;
use crate::guide::{Build, GuideChannel, Programme};
use crate::journal::{LogPage, LogQuery};
use crate::ledger::{Account, Entry};
use crate::line::{DeliveryType, LineStatus};
use crate::object::{Key, Kind, Object};
use crate::plan::{Database, Guard, Name, Plan, Reservation};
use crate::session::Holder;
use crate::sighting::Seen;
use crate::stream::{Stream, StreamKind};
use crate::time::Unix;
use crate::unique::Unique;
use crate::user::Role;
use crate::{
    BouquetId, CategoryId, GuideSourceId, LineId, NodeId, OutboxId, SeriesId, StreamId, TenantId, TransferId, UserId,
};
use std::collections::BTreeSet;

/// Why a plan was not committed. Nothing of it was written, but for [`StoreError::Unknown`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// Something it was decided from has changed. The action runs again.
    #[error("something changed meanwhile: {0:?}")]
    Conflict(Guard),
    /// The plan itself is too large or breaks an invariant of storage.
    #[error("the plan cannot be written: {0}")]
    Invalid(String),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a committed plan. It is durable.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// The late values, in the plan's order, as JSON text (`485.00`, `"…"`).
    pub late: Vec<String>,
    /// For each [`crate::plan::Change::TakeIds`], in order, the block's first id.
    pub blocks: Vec<u32>,
    /// The outbox rows of the plan's effects, in order.
    pub outbox: Vec<OutboxId>,
    /// For each set change, in order, how many rows it touched.
    pub touched: Vec<u32>,
}

/// Most rows that a list skips which is not [counted](Query::is_counted): each of them is read, and costs as much as
/// one that is shown.
pub const MAX_START: u32 = 100_000;

/// Which rows of a kind to list, in which order.
#[derive(Debug, Clone)]
pub struct Query {
    /// What to list.
    pub kind: Kind,
    /// The rows that may be seen.
    pub scope: Scope,
    /// Further conditions; all must hold.
    pub filters: Vec<Filter>,
    /// Substring of the kind's text fields, any case of ASCII letters; its `%` and `_` mean themselves. One of three or more
    /// characters is looked up, a shorter one makes every row of the list be read.
    pub search: Option<String>,
    /// How many to skip; at most [`MAX_START`] in a list that is not counted. [`Filter::After`] skips nothing.
    pub start: u32,
    /// How many at most; 1 to 1,000.
    pub limit: u32,
    /// Newest (highest id) first instead of lowest id first.
    pub descending: bool,
    /// Which fields of the rows are read, where the kind's fields are a list. A row that is not whole is for showing, and
    /// must not be written.
    pub fields: Chosen,
}

impl Query {
    /// The first 1,000 of a kind.
    pub fn all(kind: Kind, scope: Scope) -> Query {
        Query {
            kind,
            scope,
            filters: Vec::new(),
            search: None,
            start: 0,
            limit: 1_000,
            descending: false,
            fields: Chosen::ALL,
        }
    }

    /// Whether storage counts what this lists as its rows come and go, so that skipping rows and knowing how many
    /// there are cost the same for every number of them.
    pub fn is_counted(&self) -> bool {
        let filters = self.filters.as_slice();
        let is_counted = match (self.kind, self.scope) {
            (Kind::Line, Scope::Tenant | Scope::Tree(_)) => matches!(filters, [] | [Filter::Delivery(_)]),
            (Kind::Stream, Scope::Tenant | Scope::Tree(_)) => matches!(filters, [] | [Filter::StreamKinds(_)]),
            (Kind::User, Scope::Tenant) => matches!(filters, [] | [Filter::Role(_)]),
            (Kind::User, Scope::Tree(root)) => matches!(filters, [Filter::Besides(user)] if *user == root),
            _ => false,
        };
        is_counted && self.search.is_none()
    }
}

/// A condition of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Lines with this status at that time.
    LineStatus(LineStatus, Unix),
    /// Lines of this delivery type. In a tree, without it a list of lines is sorted whole.
    Delivery(DeliveryType),
    /// Lines sold as trials.
    Trial,
    /// Codes that were sold with this one, the first.
    Batch(LineId),
    /// Open events of this box.
    Open(LineId),
    /// Things owned by, or keys of, exactly this user.
    Owner(UserId),
    /// Sessions of this holder.
    Holder(Holder),
    /// Sessions on this surface.
    Surface(String),
    /// Sessions whose end has not come at that time.
    Lasting(Unix),
    /// Users of this role.
    Role(Role),
    /// Users who are switched on, or those who are not.
    Enabled(bool),
    /// Users other than this one.
    Besides(UserId),
    /// Streams of one of these kinds.
    StreamKinds(Vec<StreamKind>),
    /// Streams that are to run always.
    Started,
    /// Streams or series in this category.
    Category(CategoryId),
    /// Categories of this list.
    CategoryKind(CategoryKind),
    /// Episodes of this series.
    Episodes(SeriesId),
    /// Streams of this import source.
    ImportedFrom(String),
    /// Streams of this import source with this tvg-id and name.
    ImportedAs(String, String, String),
    /// Plugins or access codes of this tenant.
    Tenant(TenantId),
    /// Documents of this collection.
    Collection(String),
    /// Documents whose field of this name has this text; each of the collection is read.
    DocumentField(&'static str, String),
    /// What stands behind the row with this id in the order of the list, be that row there or not: the cursor of
    /// long walks.
    After(u32),
}

/// Storage of the process and all its tenants.
///
/// Reads of a row, or of a few, are answered at once on the caller's thread. Reads whose cost
/// grows with what there is (lists, counts, catalogues, logs) wait for their tenant's turn, and
/// answer [`StoreError::Busy`] or [`StoreError::TooLong`] under load.
pub trait Store: Send + Sync + 'static {
    /// The row, when the scope may see it. A row outside the scope is `None`, like a missing one.
    fn get(&self, database: Database, scope: Scope, key: Key) -> Pending<'_, Option<Object>>;
    /// The row that has a unique value, whatever its owner: for sign-in and for "is it free".
    fn find(&self, database: Database, unique: Unique) -> Pending<'_, Option<Object>>;
    /// A page of a list.
    fn list(&self, database: Database, query: Query) -> Pending<'_, Page>;
    /// A part of a collection; it ends early where its documents have a mebibyte.
    fn range(&self, tenant: TenantId, range: Range) -> Pending<'_, Documents>;
    /// What is known of a collection.
    fn collection(&self, tenant: TenantId, name: String) -> Pending<'_, Collection>;
    /// Documents that refer to a thing of the kind with this word, at most `most` of them, and how many do.
    fn referring(&self, tenant: TenantId, word: String, id: u32, most: u32) -> Pending<'_, (u32, Vec<Document>)>;
    /// The account's committed balance.
    fn balance(&self, tenant: TenantId, account: Account) -> Pending<'_, Credits>;
    /// Transfers that touch an account, newest first, behind one of them or from the last; at most 1,000.
    fn transfers(
        &self,
        tenant: TenantId,
        account: Account,
        behind: Option<TransferId>,
        limit: u32,
    ) -> Pending<'_, Vec<Entry>>;
    /// A transfer, and the one that takes it back.
    fn transfer(&self, tenant: TenantId, id: TransferId) -> Pending<'_, Option<(Entry, Option<TransferId>)>>;
    /// What was paid for a thing and not given back, the oldest first.
    fn purchases(&self, tenant: TenantId, object: Key) -> Pending<'_, Vec<Entry>>;
    /// A page of all transfers, as a log of them: the owners of one are both its sides.
    fn movements(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Entry>>;
    /// A page of the audit, as a log of what was done: the owner of a row is who did it, and of a movement of credits
    /// also the user whose credits it moved.
    fn deeds(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<Deed>>;
    /// Likewise of events for boxes, by who owned them.
    fn box_events(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<BoxEvent>>;
    /// At most 1,000 batches of codes that the scope sees, the newest first, and how many there are.
    fn code_batches(&self, tenant: TenantId, scope: Scope, start: u32, limit: u32) -> Pending<'_, CodeBatches>;
    /// What these lines, users and streams are called, as far as they are there.
    fn called(&self, tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Called)>>;
    /// Trials that a user, and those below them, made since a time.
    fn trials(&self, tenant: TenantId, user: UserId, since: Unix) -> Pending<'_, u32>;
    /// What kind of other row names this one, if any does. By index, or by a walk over kinds of
    /// which a tenant has few (groups, packages).
    fn named_by(&self, database: Database, key: Key) -> Pending<'_, Option<Kind>>;
    /// What was last seen of these, as far as anything was.
    fn seen(&self, tenant: TenantId, keys: Vec<Key>) -> Pending<'_, Vec<(Key, Seen)>>;
    /// Rows of a kind.
    fn count(&self, database: Database, kind: Kind) -> Pending<'_, u32>;
    /// Whether `user` is `root` or below it, with every user on the way enabled.
    fn within(&self, tenant: TenantId, user: UserId, root: UserId) -> Pending<'_, bool>;
    /// `root` and everybody below, enabled or not, in order of their ids.
    fn tree(&self, tenant: TenantId, root: UserId) -> Pending<'_, Vec<UserId>>;
    /// A bouquet's members in order.
    fn members(&self, tenant: TenantId, bouquet: BouquetId) -> Pending<'_, Vec<Member>>;
    /// Up to `limit` members of a bouquet in order, behind one of them or from the first, with what
    /// their streams are.
    fn members_page(
        &self,
        tenant: TenantId,
        bouquet: BouquetId,
        after: Option<Member>,
        limit: u32,
    ) -> Pending<'_, Vec<BouquetMember>>;
    /// How many members these bouquets have, by what they are (none for series). Counted as they
    /// come and go: it costs the same for every size.
    fn member_counts(&self, tenant: TenantId, bouquets: Vec<BouquetId>) -> Pending<'_, Vec<Counted>>;
    /// Whether a bouquet has the member.
    fn holds(&self, tenant: TenantId, bouquet: BouquetId, member: Member) -> Pending<'_, bool>;
    /// Enabled streams of these kinds in these bouquets, each once, in the order of the bouquets
    /// as given and of their members; with a category, only those in it.
    fn catalogue(
        &self,
        tenant: TenantId,
        bouquets: Vec<BouquetId>,
        kinds: Vec<StreamKind>,
        category: Option<CategoryId>,
    ) -> Pending<'_, Vec<StreamId>>;
    /// Likewise the series.
    fn catalogue_series(
        &self,
        tenant: TenantId,
        bouquets: Vec<BouquetId>,
        category: Option<CategoryId>,
    ) -> Pending<'_, Vec<SeriesId>>;
    /// These streams, in the order given; missing ones are left out.
    fn streams(&self, tenant: TenantId, ids: Vec<StreamId>) -> Pending<'_, Vec<Stream>>;
    /// Whether one of the bouquets holds the stream, or the series of the episode.
    fn carries(&self, tenant: TenantId, bouquets: Vec<BouquetId>, stream: StreamId) -> Pending<'_, bool>;
    /// The bouquets that hold each of these streams, or the series of the episode: pairs in no
    /// order. A stream that none holds has no pair.
    fn carriers(&self, tenant: TenantId, streams: Vec<StreamId>) -> Pending<'_, Vec<(StreamId, BouquetId)>>;
    /// Programmes of guide channels that end after `from` and begin before `to`, by channel and
    /// start, from current builds; at most `limit` for each channel.
    fn programmes(
        &self,
        tenant: TenantId,
        source: Option<GuideSourceId>,
        channels: Vec<String>,
        from: Unix,
        to: Unix,
        limit: u32,
    ) -> Pending<'_, Vec<Programme>>;
    /// Channels of the current builds, by id.
    fn guide_channels(&self, tenant: TenantId) -> Pending<'_, Vec<GuideChannel>>;
    /// The reply that was given under a user's idempotency key.
    fn replayed(&self, tenant: TenantId, user: UserId, key: String) -> Pending<'_, Option<Replayed>>;
    /// The tenants in which an earlier process may have left work: those that are
    /// [unfinished](crate::plan::Change::Unfinished).
    fn unfinished(&self) -> Pending<'_, Vec<TenantId>>;
    /// Effects for this node whose time [has come](Unix::has_come). Those for others stay where they are.
    fn outbox(&self, database: Database, node: NodeId, now: Unix, limit: u32) -> Pending<'_, Vec<Waiting>>;
    /// A number that grows whenever something is committed that lists of these bouquets are made of: the bouquets,
    /// their streams and series, categories. Without bouquets that of all. Cheap: atomic reads.
    fn catalogue_generation(&self, tenant: TenantId, bouquets: Option<&[BouquetId]>) -> u64;
    /// Likewise for settings.
    fn settings_generation(&self, tenant: TenantId) -> u64;
    /// Likewise for a switched guide.
    fn guide_generation(&self, tenant: TenantId) -> u64;
    /// Likewise for a line; without one the number of the last change of any, which is never below that of one. Whoever
    /// is answered after a commit that wrote it reads the new number. The highest there is for a tenant that is gone.
    fn line_generation(&self, tenant: TenantId, line: Option<LineId>) -> u64;
    /// Likewise for the rows of tenants: names, hosts, quotas, suspensions.
    fn tenant_generation(&self) -> u64;
    /// Programmes in a build, and whether any are left over from builds that nobody reads.
    fn build_size(&self, tenant: TenantId, source: GuideSourceId, build: Build) -> Pending<'_, u32>;
    /// Answers an admin's own SELECT over views; it is stopped where it takes more than such a one may.
    fn select(&self, tenant: TenantId, select: Select) -> Pending<'_, Selected, SelectError>;
    /// Writes a plan, whole or not at all, and returns after it is durable. The one way to write.
    fn commit(&self, database: Database, plan: Plan) -> Pending<'_, Committed, CommitError>;
    /// Holds other plans that name one of these back until the reservation is released or 250 ms
    /// pass; `alone` holds back every other plan of the database.
    fn reserve(&self, database: Database, names: BTreeSet<Name>, alone: bool) -> Pending<'_, Reservation>;
    /// Ends a reservation. Releasing twice is harmless.
    fn release(&self, database: Database, reservation: Reservation);
    /// What is known to be wrong with databases now. Cheap: a look at each file's name.
    fn troubles(&self) -> Vec<(Database, Trouble)>;
    /// Re-computes every invariant of a database.
    fn verify(&self, database: Database) -> Pending<'_, Verified>;
}
