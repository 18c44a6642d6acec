//! What every promise starts from: a tenant with a small tree of users, and shorthands.

use host_core::bouquet::Bouquet;
use host_core::caller::Scope;
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::line::{Line, SeatLimit};
use host_core::mac_address::MacAddress;
use host_core::object::{Key, Stored};
use host_core::plan::{Change, Database, Guard, Plan};
use host_core::port::{CommitError, Committed, Pending, Store, StoreError};
use host_core::secret::{Mac, PasswordHash, Sealed};
use host_core::series::Series;
use host_core::stream::{Stream, StreamKind};
use host_core::tenant::{Quotas, Tenant};
use host_core::time::{Expiry, Term, Unit, Unix};
use host_core::user::{Role, User};
use host_core::*;

pub(crate) const TENANT: TenantId = TenantId(1);
pub(crate) const HERE: Database = Database::Tenant(TENANT);
pub(crate) const NODE: NodeId = NodeId(1);
pub(crate) const ADMIN: UserId = UserId(1);
pub(crate) const RESELLER: UserId = UserId(2);
pub(crate) const BELOW: UserId = UserId(3);
pub(crate) const RIVAL: UserId = UserId(4);

/// A store with one tenant: an admin, a reseller with one below them, and a rival.
pub(crate) struct Panel<'s> {
    pub(crate) store: &'s dyn Store,
}

/// Waits for an answer.
pub(crate) fn wait<T, E>(answer: Pending<'_, T, E>) -> Result<T, E> {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(answer)
}

impl<'s> Panel<'s> {
    pub(crate) fn new(store: &'s dyn Store) -> Panel<'s> {
        let panel = Panel { store };
        wait(store.commit(Database::Control, plan([insert(tenant(TENANT, "demo"))]))).unwrap();
        panel.done([
            insert(user(ADMIN, None, Role::Admin)),
            insert(user(RESELLER, Some(ADMIN), Role::Reseller)),
            insert(user(BELOW, Some(RESELLER), Role::Reseller)),
            insert(user(RIVAL, Some(ADMIN), Role::Reseller)),
        ]);
        panel
    }

    pub(crate) fn commit(&self, plan: Plan) -> Result<Committed, CommitError> {
        wait(self.store.commit(HERE, plan))
    }

    pub(crate) fn done(&self, changes: impl IntoIterator<Item = Change>) -> Committed {
        self.commit(plan(changes)).unwrap()
    }

    pub(crate) fn get<T: Stored>(&self, id: T::Id) -> Option<T> {
        self.seen(Scope::Tenant, id)
    }

    pub(crate) fn seen<T: Stored>(&self, scope: Scope, id: T::Id) -> Option<T> {
        wait(self.store.get(HERE, scope, id.into())).unwrap().and_then(T::from_object)
    }

    pub(crate) fn balance(&self, user: UserId) -> i64 {
        wait(self.store.balance(TENANT, Account::User(user))).unwrap().units()
    }

    pub(crate) fn top_up(&self, user: UserId, units: i64) {
        self.done([transfer(Account::System, Account::User(user), units)]);
    }

    pub(crate) fn verify(&self) -> Vec<host_core::port::Finding> {
        wait(self.store.verify(HERE)).unwrap().findings
    }
}

pub(crate) fn plan(changes: impl IntoIterator<Item = Change>) -> Plan {
    Plan { changes: changes.into_iter().collect(), ..Plan::default() }
}

pub(crate) fn guarded(guard: Guard, changes: impl IntoIterator<Item = Change>) -> Plan {
    Plan { guards: vec![guard], ..plan(changes) }
}

pub(crate) fn insert(thing: impl Stored) -> Change {
    Change::Insert(Box::new(thing.into_object()))
}

pub(crate) fn update(thing: impl Stored) -> Change {
    Change::Update(Box::new(thing.into_object()))
}

pub(crate) fn delete<T: Stored>(thing: &T) -> Change {
    Change::Delete(thing.id().into(), thing.version())
}

/// The guard that a conflict names.
pub(crate) fn conflict(result: Result<Committed, CommitError>) -> Guard {
    match result {
        Err(CommitError::Conflict(guard)) => guard,
        other => panic!("no conflict: {other:?}"),
    }
}

pub(crate) fn is_invalid(result: Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Invalid(_)))
}

pub(crate) fn is_missing<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NoDatabase))
}

pub(crate) fn tenant(id: TenantId, name: &str) -> Tenant {
    Tenant {
        id,
        version: Version(0),
        name: name.into(),
        hosts: vec![format!("{name}.example")],
        suspended: false,
        quotas: Quotas::default(),
        created_at: Unix(1),
    }
}

pub(crate) fn user(id: UserId, parent: Option<UserId>, role: Role) -> User {
    User {
        parent,
        role,
        username: format!("User{id}"),
        password: PasswordHash("$argon2id$".into()),
        package_prices: [(PackageId(1), Credits::from_units(5))].into(),
        created_at: Unix(1),
        ..User::empty(id)
    }
}

/// A line with something in each column.
pub(crate) fn line(id: u32, owner: UserId) -> Line {
    let blank = Line::blank(LineId(id), owner, format!("line{id}"), Unix(5));
    Line {
        password: Sealed(vec![1, 2, 3]),
        password_mac: Mac([7; 32]),
        expiry: Expiry::At(Unix(1_000)),
        max_connections: SeatLimit::from(2),
        allowed_addresses: vec!["10.0.0.0/8".parse().unwrap()],
        allowed_agents: vec!["VLC \"quoted\"".into()],
        allowed_outputs: vec![host_core::line::Output::Ts],
        bouquets: vec![BouquetId(1), BouquetId(12)],
        isp_lock: true,
        isp: Some("Telstra".into()),
        mac: Some(MacAddress((0x001a_7900_0000_u64 | u64::from(id)).to_be_bytes().last_chunk().copied().unwrap())),
        lock_device: true,
        code: Some(format!("CODE-{id}")),
        terms: vec![Term { count: 2, unit: Unit::Months }],
        redeemed_at: Some(Unix(9)),
        admin_notes: "for admins".into(),
        reseller_notes: "100% sure_".into(),
        ..blank
    }
}

pub(crate) fn stream(id: u32, kind: StreamKind) -> Stream {
    Stream { id: StreamId(id), kind, name: format!("stream {id}"), ..Stream::default() }
}

pub(crate) fn series(id: u32) -> Series {
    Series { id: SeriesId(id), name: format!("series {id}"), ..Series::default() }
}

pub(crate) fn bouquet(id: u32) -> Bouquet {
    Bouquet { id: BouquetId(id), name: format!("bouquet {id}"), ..Bouquet::default() }
}

pub(crate) fn transfer(from: Account, to: Account, units: i64) -> Change {
    Change::Transfer(Transfer {
        id: TransferId(0),
        from,
        to,
        amount: Credits::from_units(units),
        reverses: None,
        reason: Reason::Adjustment,
        object: Some(Key::Line(LineId(1))),
        actor: Some(ADMIN),
        note: "test".into(),
        at: Unix(1),
    })
}
