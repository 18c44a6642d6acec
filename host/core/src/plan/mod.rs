//! A plan: all that one action wants to write, as data, with everything it was decided from. It is
//! committed whole or not at all.

mod many;

pub use many::{MAX_RESHAPED, Reshape, SetChange, SetKind};

use crate::audit::AuditEntry;
use crate::bouquet::{Member, Spot};
use crate::credit::Credits;
use crate::event::AddressedEffect;
use crate::guide::{Build, GuideChannel, Programme};
use crate::kind::Stale;
use crate::ledger::{Account, Transfer};
use crate::object::{Key, Kind, Object};
use crate::session::Holder;
use crate::sighting::Sighting;
use crate::time::Unix;
use crate::unique::{Unique, uniques};
use crate::{BouquetId, GuideSourceId, OutboxId, TenantId, TransferId, UserId, Version};
use std::collections::BTreeSet;

/// Which database a plan or read is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Database {
    /// The one of the process: tenants, hosts, access codes, plugins, grants.
    Control,
    /// A tenant's own.
    Tenant(TenantId),
}

/// Something that must still be true at commit. A guard that fails is a conflict: nothing of
/// the plan is written and the action runs again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Guard {
    /// The row is still at this version.
    Unchanged(Key, Version),
    /// There is still no such row.
    Missing(Key),
    /// The name is still free.
    Free(Unique),
    /// The user is still this one or below it.
    Within(UserId, UserId),
    /// The account still has at least this amount. Balance guards are `>=`, but for an account that ends.
    Covers(Account, Credits),
    /// The account still has this amount and no other: it is settled by the plan.
    Settles(Account, Credits),
    /// The user, with everybody below them, still makes at most this many levels of the tree.
    Levels(UserId, u32),
    /// Nothing has taken this transfer back yet.
    NotReversed(TransferId),
    /// Fewer than `below` trials were made by the user, and by those below them, since then.
    TrialsBelow {
        /// Whose quota.
        user: UserId,
        /// Begin of the sliding window.
        since: Unix,
        /// How many are one too many.
        below: u32,
    },
    /// Fewer rows of a kind exist than this number (quotas).
    CountBelow(Kind, u32),
    /// Fewer sessions of a holder than this number last at that time.
    SessionsBelow {
        /// Whose.
        holder: Holder,
        /// On which surface; none counts those on all.
        surface: Option<String>,
        /// When.
        now: Unix,
        /// How many are one too many.
        below: u32,
    },
    /// Fewer documents are in a collection than this number.
    CollectionBelow(String, u32),
    /// The documents of a collection still stand by this shape.
    Shaped(String, String),
    /// Exactly this many documents refer to a thing of the kind with this word: what its deletion is decided from.
    ReferredBy(&'static str, u32, u32),
    /// No other row names this one: what a deletion is decided from.
    Unnamed(Key),
    /// What the plan's rows refer to is there, and nothing refers to what it deletes. No verb asks
    /// for it: the store names it where its own references broke.
    Referred,
    /// The user has no reply under this idempotency key yet. Every plan with an idempotency
    /// record is guarded by it, before everything else: the caller then gets the kept reply.
    Unused(UserId, String),
}

/// One write.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A new row; its version becomes 1.
    Insert(Box<Object>),
    /// The row as it is to be. Its `version` is the one it was read at, and is a guard.
    Update(Box<Object>),
    /// The row goes. Its version is a guard.
    Delete(Key, Version),
    /// Credits move; a user's balance must cover it.
    Transfer(Transfer),
    /// The bouquet's members become exactly these, in this order.
    SetMembers(BouquetId, Vec<Member>),
    /// These members are added at the bouquet's end; those it already has stay where they are.
    AddMembers(BouquetId, Vec<Member>),
    /// These members leave the bouquet; those it does not have are none of them.
    RemoveMembers(BouquetId, Vec<Member>),
    /// These members stand at the spot, in this order, whether the bouquet had them or not.
    PlaceMembers(BouquetId, Vec<Member>, Spot),
    /// Many rows at once.
    Set(SetChange),
    /// A user has made a trial at that time, or a reseller below them has. Kept when the line is
    /// deleted, so that the quota cannot be won back.
    UseTrial(UserId, Unix),
    /// Reserves a block of ids of a kind; the outcome names its first.
    TakeIds(Kind, u32),
    /// Channels and programmes of a build that nobody reads yet.
    Guide(GuideSourceId, Build, Vec<GuideChannel>, Vec<Programme>),
    /// Drops up to this number of programmes of builds that nobody reads any more.
    PruneGuide(GuideSourceId, u32),
    /// Drops up to this number of sessions whose end has come by then.
    SweepSessions(Unix, u32),
    /// Drops up to this number of events for boxes that were queued before then.
    SweepBoxEvents(Unix, u32),
    /// A collection gets another shape.
    Reshape(Reshape),
    /// What was last seen of things; of those that are gone, nothing. At most 2,000.
    See(Vec<Sighting>),
    /// The outbox entry is done, or is tried again at a time.
    Settle(OutboxId, Settled),
    /// In the control database: from here on a plan of this tenant may leave [work](Plan::may_leave_work), and a start
    /// looks for it there. Nothing for a tenant that is gone.
    Unfinished(TenantId),
    /// In the control database: no work is left of this tenant's plans; a start need not look.
    Finished(TenantId),
}

/// The longest that an outbox entry is put off at a time, in seconds.
pub const LONGEST_PAUSE: i64 = 1_024;

/// What became of an outbox entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settled {
    /// Performed.
    Done,
    /// Failed; due again then, at most [`LONGEST_PAUSE`] from now.
    Retry(Unix, String),
    /// Given up.
    Dead(String),
}

/// A value that is known only at commit. `token` is a random text that the guest placed as a
/// whole JSON string; after commit the host replaces each quoted token by the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Late {
    /// The token, without quotes.
    pub token: String,
    /// What it stands for.
    pub value: LateValue,
}

/// What a late value can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LateValue {
    /// The account's balance before this plan.
    BalanceBefore(Account),
    /// The account's balance after this plan.
    BalanceAfter(Account),
    /// The hash that closes the audit chain over this plan's commit group.
    AuditHash,
}

/// A request under an `Idempotency-Key`. Stored with the reply in the same plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idempotency {
    /// Whose key it is: keys of two users never meet.
    pub user: UserId,
    /// 1 to 255 printable characters.
    pub key: String,
    /// SHA-256 over action and parameters; a repeat must have the same.
    pub request: [u8; 32],
    /// The reply as the plugin gave it; late tokens in it are replaced by the store.
    pub reply: Vec<u8>,
    /// When it was made; kept for at least 24 hours.
    pub at: Unix,
}

/// All that one action wants to write.
#[derive(Clone, Default, Debug)]
pub struct Plan {
    /// What it was decided from.
    pub guards: Vec<Guard>,
    /// The writes, in order.
    pub changes: Vec<Change>,
    /// One row per mutation; written and chained in the same transaction.
    pub audit: Vec<AuditEntry>,
    /// What happens outside the database after commit; outbox rows of the same transaction.
    pub effects: Vec<AddressedEffect>,
    /// What becomes old besides, all of it: what plain kinds say of their documents.
    pub stale: Vec<Stale>,
    /// Values to be filled in.
    pub late: Vec<Late>,
    /// The idempotency record, if the request carried a key.
    pub idempotency: Option<Idempotency>,
    /// The reservation that this run holds, if it is a re-run.
    pub reservation: Option<Reservation>,
}

/// The right to commit while other plans that name the same things are held back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reservation(pub u64);

/// What a plan names: rows and unique values. Reservations hold these, in this order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Name {
    /// A row.
    Row(Key),
    /// A unique value.
    Unique(Unique),
    /// A balance.
    Balance(Account),
}

/// Most changes of one plan.
pub const MAX_CHANGES: usize = 10_000;
/// Largest plan in bytes, counted over its documents.
pub const MAX_BYTES: usize = 8 << 20;

impl Plan {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.effects.is_empty() && self.audit.is_empty()
    }

    /// Whether a process that dies after its commit leaves something that the next one has to do: effects, or the end of
    /// a job.
    pub fn may_leave_work(&self) -> bool {
        let of_job = |change: &Change| matches!(change, Change::Insert(object) | Change::Update(object) if matches!(**object, Object::Job(_)));
        !self.effects.is_empty() || self.changes.iter().any(of_job)
    }

    /// Whether it does nothing but take ids, which no other plan can mind.
    pub fn only_takes_ids(&self) -> bool {
        let alone = self.guards.is_empty() && self.audit.is_empty() && self.effects.is_empty();
        alone && self.changes.iter().all(|change| matches!(change, Change::TakeIds(..)))
    }

    /// All that it reads or writes, sorted; what a re-run reserves.
    pub fn names(&self) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        for guard in &self.guards {
            match guard {
                Guard::Unchanged(key, _) | Guard::Missing(key) | Guard::Unnamed(key) => names.insert(Name::Row(*key)),
                Guard::Free(unique) => names.insert(Name::Unique(unique.clone())),
                Guard::Within(user, _) | Guard::Levels(user, _) => names.insert(Name::Row(Key::User(*user))),
                Guard::Covers(account, _) | Guard::Settles(account, _) => names.insert(Name::Balance(*account)),
                Guard::TrialsBelow { user, .. } => names.insert(Name::Balance(Account::User(*user))),
                Guard::SessionsBelow { holder, .. } => names.insert(Name::Row((*holder).into())),
                Guard::CountBelow(..)
                | Guard::CollectionBelow(..)
                | Guard::Shaped(..)
                | Guard::ReferredBy(..)
                | Guard::Unused(..)
                | Guard::NotReversed(_)
                | Guard::Referred => false,
            };
        }
        for change in &self.changes {
            match change {
                Change::Insert(object) | Change::Update(object) => {
                    names.insert(Name::Row(object.key()));
                    names.extend(uniques(object).into_iter().map(Name::Unique));
                }
                Change::Delete(key, _) => {
                    names.insert(Name::Row(*key));
                }
                Change::Transfer(transfer) => {
                    for account in [transfer.from, transfer.to] {
                        // The system account is in every top-up; it has no lower bound to race for.
                        if account != Account::System {
                            names.insert(Name::Balance(account));
                        }
                    }
                }
                Change::SetMembers(bouquet, _)
                | Change::AddMembers(bouquet, _)
                | Change::RemoveMembers(bouquet, _)
                | Change::PlaceMembers(bouquet, ..) => {
                    names.insert(Name::Row(Key::Bouquet(*bouquet)));
                }
                Change::Set(_)
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
        names
    }
}
