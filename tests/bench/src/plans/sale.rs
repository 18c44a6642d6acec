//! The plan that is measured: a reseller sells a line. Three guards, an insert, a transfer, an
//! audit row.

use host_core::audit::AuditEntry;
use host_core::credit::Credits;
use host_core::ledger::{Account, Reason, Transfer};
use host_core::line::{Line, Output, SeatLimit};
use host_core::object::{Key, Object};
use host_core::plan::{Change, Database, Guard, Plan};
use host_core::port::Store;
use host_core::secret::{Mac, PasswordHash, Sealed};
use host_core::tenant::{Quotas, Tenant};
use host_core::time::{Expiry, Unix};
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::{BouquetId, LineId, TenantId, TransferId, UserId, Version};

const TENANT: TenantId = TenantId(1);
const ADMIN: UserId = UserId(1);
/// Who sells.
pub(super) const RESELLER: UserId = UserId(2);
/// Where.
pub(super) const HERE: Database = Database::Tenant(TENANT);

/// A tenant with an admin, and a reseller who can pay for so many lines.
pub(super) async fn set_up(store: &dyn Store, lines: u32) -> anyhow::Result<()> {
    store.commit(Database::Control, changes([Object::Tenant(tenant())])).await?;
    let users = [user(ADMIN, None, Role::Admin), user(RESELLER, Some(ADMIN), Role::Reseller)];
    let mut plan = changes(users.map(Object::User));
    plan.changes.push(transfer(Account::System, Account::User(RESELLER), i64::from(lines)));
    store.commit(HERE, plan).await?;
    Ok(())
}

/// The sale of one line.
pub(super) fn sale(id: u32) -> Plan {
    let mut plan = changes([Object::Line(line(id))]);
    plan.changes.push(transfer(Account::User(RESELLER), Account::System, 1));
    Plan {
        guards: vec![
            Guard::Unchanged(Key::User(RESELLER), Version(1)),
            Guard::Free(Unique::LineUsername(format!("line{id}"))),
            Guard::Covers(Account::User(RESELLER), Credits::from_units(1)),
        ],
        audit: vec![entry()],
        ..plan
    }
}

fn changes(objects: impl IntoIterator<Item = Object>) -> Plan {
    let changes = objects.into_iter().map(|object| Change::Insert(Box::new(object))).collect();
    Plan { changes, ..Plan::default() }
}

fn tenant() -> Tenant {
    Tenant {
        id: TENANT,
        version: Version(0),
        name: "bench".into(),
        hosts: Vec::new(),
        suspended: false,
        quotas: Quotas::default(),
        created_at: Unix(1),
    }
}

fn user(id: UserId, parent: Option<UserId>, role: Role) -> User {
    let (username, password) = (format!("user{id}"), PasswordHash("$argon2id$".into()));
    User { parent, role, username, password, created_at: Unix(1), ..User::empty(id) }
}

fn line(id: u32) -> Line {
    let blank = Line::blank(LineId(id), RESELLER, format!("line{id}"), Unix(5));
    Line {
        password: Sealed(vec![1, 2, 3]),
        password_mac: Mac([7; 32]),
        expiry: Expiry::At(Unix(1_000)),
        max_connections: SeatLimit::from(2),
        allowed_agents: vec!["VLC \"quoted\"".into()],
        allowed_outputs: vec![Output::Ts],
        bouquets: vec![BouquetId(1), BouquetId(12)],
        isp_lock: true,
        isp: Some("Telstra".into()),
        admin_notes: "for admins".into(),
        reseller_notes: "100% sure_".into(),
        ..blank
    }
}

fn transfer(from: Account, to: Account, units: i64) -> Change {
    Change::Transfer(Transfer {
        id: TransferId(0),
        from,
        to,
        amount: Credits::from_units(units),
        reverses: None,
        reason: Reason::Adjustment,
        object: Some(Key::Line(LineId(1))),
        actor: Some(ADMIN),
        note: "bench".into(),
        at: Unix(1),
    })
}

fn entry() -> AuditEntry {
    AuditEntry {
        at: Unix(1),
        actor: Some(RESELLER),
        key_prefix: Some("abcdefgh".into()),
        address: Some("10.0.0.1".into()),
        action: "reseller/create_line".into(),
        object: None,
        before: serde_json::json!({}),
        after: serde_json::json!({ "username": "someone", "max_connections": 1 }),
        request: "00000000".into(),
    }
}
