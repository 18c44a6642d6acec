//! The files beside the store's promises: what survives, what is refused, what a crash leaves.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::lease::{Fence, Lease};
use host_core::line::Line;
use host_core::plan::Database;
use host_core::port::{Keyring, Store};
use host_core::secret::{Sealed, Secret};
use host_core::time::Unix;
use host_core::*;
use host_store::{LeaseMirror, OpenError, Opened, Options, open};
use panel::*;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    (folder, path)
}

fn opened(path: &Path) -> Opened {
    open(path, Options::default()).unwrap()
}

/// Runs SQL on a database that no store has open: plants damage.
fn tamper(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn lease(fence: u64, address: &str) -> Lease {
    Lease {
        fence: Fence(fence),
        tenant: TENANT,
        line: LineId(3),
        owner: Some(UserId(2)).filter(|_| fence > 1),
        stream: StreamId(9),
        session: u64::MAX,
        agent: 5,
        address: address.parse().unwrap(),
        started_at: Unix(100),
        expires_at: Unix(130),
    }
}

#[test]
fn the_bundled_sqlite_is_recent_enough() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn everything_is_there_after_opening_again() {
    let (_folder, path) = folder();
    let first = opened(&path);
    let panel = Panel::new(&*first.store);
    panel.done([insert(line(1, RESELLER))]);
    panel.top_up(RESELLER, 50);
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Locked(_))));
    drop(first);
    let again = opened(&path);
    let panel = Panel { store: &*again.store };
    assert_eq!(panel.get::<Line>(LineId(1)).unwrap().username, "line1");
    assert_eq!(panel.balance(RESELLER), 50);
    assert_eq!(panel.verify(), []);
    assert_eq!(wait(again.store.verify(Database::Control)).unwrap().findings, []);
}

#[test]
fn a_directory_that_others_may_enter_is_refused() {
    let (_folder, path) = folder();
    drop(opened(&path));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Exposed(_))));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let key = path.join("keys/data.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Exposed(at)) if at == key));
}

#[test]
fn what_is_missing_is_never_made_anew_beside_data() {
    let (_folder, path) = folder();
    let first = opened(&path);
    Panel::new(&*first.store);
    drop(first);
    let key = path.join("keys/lookup.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::MissingKey(_))));
    std::fs::write(&key, kept).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();

    let panel = path.join("tenants/demo/panel.db");
    std::fs::rename(&panel, path.join("aside")).unwrap();
    let again = opened(&path);
    assert!(is_missing(wait(again.store.members(TENANT, BouquetId(1)))));
    assert!(wait(again.store.commit(HERE, plan([insert(bouquet(1))]))).is_err());
    assert!(!panel.exists());
    drop(again);
    std::fs::rename(path.join("aside"), &panel).unwrap();

    std::fs::remove_file(path.join("control.db")).unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::MissingDatabase(_))));
}

#[test]
fn a_newer_schema_and_a_damaged_file_are_refused() {
    let (_folder, path) = folder();
    drop(opened(&path));
    tamper(&path.join("control.db"), "UPDATE schema_version SET version = 99");
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Newer { found: 99, .. })));
    std::fs::write(path.join("control.db"), "this is no database, but it is long enough to be read as one").unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Damaged { .. })));
}

#[test]
fn damage_after_an_unclean_end_is_found_at_every_start() {
    let (_folder, path) = folder();
    drop(opened(&path));
    // What a dead process leaves, and pages that were overwritten behind the first one.
    std::fs::write(path.join("running"), "").unwrap();
    let control = path.join("control.db");
    let mut bytes = std::fs::read(&control).unwrap();
    bytes[8_192..].fill(0x55);
    std::fs::write(&control, bytes).unwrap();
    for _ in 0..2 {
        assert!(matches!(open(&path, Options::default()), Err(OpenError::Damaged { .. })));
    }
}

#[test]
fn a_row_that_makes_no_sense_is_named() {
    let (_folder, path) = folder();
    let first = opened(&path);
    Panel::new(&*first.store).done([insert(line(7, RESELLER))]);
    drop(first);
    tamper(&path.join("tenants/demo/panel.db"), "UPDATE lines SET allowed_agents = '[1' WHERE id = 7");
    let again = opened(&path);
    match wait(again.store.get(HERE, caller::Scope::Tenant, object::Key::Line(LineId(7)))) {
        Err(port::StoreError::Corrupt { table: "lines", column: "allowed_agents", row: 7, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_panel_opens_its_passwords_wherever_its_files_lie_beside_its_keys() {
    let (_folder, path) = folder();
    let first = opened(&path);
    Panel::new(&*first.store);
    let other = plan([insert(tenant(TenantId(2), "other"))]);
    wait(first.store.commit(host_core::plan::Database::Control, other)).unwrap();
    let (here, there) = (TENANT, TenantId(2));
    let sealed = first.keyring.seal(here, LineId(1), &Secret::new("pa55"));
    let mac = first.keyring.mac(here, "line-password", b"pa55");
    assert!(first.keyring.open(there, LineId(1), &sealed).is_none(), "another panel has other keys");
    assert_ne!(first.keyring.mac(there, "line-password", b"pa55"), mac);
    drop(first);
    for file in ["panel.db", "panel.db-wal"] {
        let _ = std::fs::remove_file(path.join("tenants/other").join(file));
    }
    std::fs::copy(path.join("tenants/demo/panel.db"), path.join("tenants/other/panel.db")).unwrap();
    let again = opened(&path);
    assert_eq!(again.keyring.open(there, LineId(1), &sealed).unwrap().reveal(), "pa55", "it has another number now");
    assert_eq!(again.keyring.mac(there, "line-password", b"pa55"), mac);
}

#[test]
fn sealed_passwords_open_for_their_row_only() {
    let (_folder, path) = folder();
    let first = opened(&path);
    let sealed = first.keyring.seal(TENANT, LineId(1), &Secret::new("pa55"));
    let mac = first.keyring.mac(TENANT, "line-password", b"pa55");
    assert!(!sealed.0.windows(4).any(|bytes| bytes == b"pa55"));
    drop(first);
    let again = opened(&path);
    let keyring = &again.keyring;
    assert_eq!(keyring.open(TENANT, LineId(1), &sealed).unwrap().reveal(), "pa55");
    assert!(keyring.open(TENANT, LineId(2), &sealed).is_none());
    assert!(keyring.open(TenantId(2), LineId(1), &sealed).is_none());
    let mut damaged = sealed.0.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(keyring.open(TENANT, LineId(1), &Sealed(damaged)).is_none());
    assert!(keyring.open(TENANT, LineId(1), &Sealed(vec![])).is_none());
    assert_eq!(keyring.mac(TENANT, "line-password", b"pa55"), mac);
    assert_ne!(keyring.mac(TenantId(2), "line-password", b"pa55"), mac);
    assert_ne!(keyring.mac(TENANT, "session", b"pa55"), mac);
    for file in ["data.key", "lookup.key"] {
        assert_eq!(std::fs::metadata(path.join("keys").join(file)).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_directory_is_one_node_for_good_and_no_other_is_the_same() {
    let ((_one, path), (_other, elsewhere)) = (folder(), folder());
    let node = opened(&path).node;
    assert_eq!(opened(&path).node, node);
    assert_ne!(opened(&elsewhere).node, node);
    // As a program left it that knew no nodes.
    std::fs::remove_file(path.join("node")).unwrap();
    let drawn = opened(&path).node;
    assert_eq!(opened(&path).node, drawn);
    std::fs::write(path.join("node"), "nobody").unwrap();
    assert!(matches!(open(&path, Options::default()), Err(OpenError::Damaged { .. })));
}

#[test]
fn leases_survive_and_damaged_slots_are_left_out() {
    let (_folder, path) = folder();
    let small = || open(&path, Options { lease_slots: 4, ..Options::default() }).unwrap();
    let first = small();
    let slots: Vec<_> = ["10.0.0.1", "2001:db8::1", "10.0.0.3", "10.0.0.4"]
        .iter()
        .zip(1..)
        .map(|(at, fence)| first.mirror.put(&lease(fence, at)).unwrap())
        .collect();
    assert_eq!(first.mirror.put(&lease(5, "10.0.0.5")), None, "all slots are taken");
    first.mirror.renew(slots[1], Unix(500));
    first.mirror.clear(slots[2]);
    first.mirror.clear(slots[2]);
    drop(first);
    let file = path.join("leases.map");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[slots[3] as usize * 128 + 40] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let again = small();
    let renewed = Lease { expires_at: Unix(500), ..lease(2, "2001:db8::1") };
    assert_eq!(again.mirror.load(), [(slots[0], lease(1, "10.0.0.1")), (slots[1], renewed)]);
    assert!(again.mirror.put(&lease(6, "::1")).is_some() && again.mirror.put(&lease(7, "::1")).is_some());
    assert_eq!(again.mirror.put(&lease(8, "::1")), None);
}

fn stored_tenant(opened: &Opened) -> tenant::Tenant {
    let found = wait(opened.store.get(Database::Control, caller::Scope::Tenant, object::Key::Tenant(TENANT))).unwrap();
    object::Stored::from_object(found.unwrap()).unwrap()
}

#[test]
fn a_tenant_has_one_directory_of_its_name_which_goes_with_it() {
    let (_folder, path) = folder();
    let first = opened(&path);
    Panel::new(&*first.store);
    let home = path.join("tenants/demo");
    assert!(home.join("panel.db").is_file() && home.join("plugins").is_dir());
    assert_eq!(first.directory.tenant(TENANT), home);
    std::fs::write(home.join("plugins/left.wasm"), "x").unwrap();
    let made: tenant::Tenant = stored_tenant(&first);
    let gone = plan([plan::Change::Delete(object::Key::Tenant(TENANT), made.version)]);
    wait(first.store.commit(Database::Control, gone)).unwrap();
    assert!(!home.exists(), "it is out of the way at once");
    wait(first.store.commit(Database::Control, plan([insert(tenant(TenantId(2), "demo"))]))).unwrap();
    assert!(home.join("panel.db").is_file() && !home.join("plugins/left.wasm").exists());
    drop(first);
    drop(opened(&path));
    let left: Vec<_> =
        std::fs::read_dir(path.join("tenants")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["demo"], "nothing of the first one is left after a start");
    assert!(home.join("panel.db").is_file(), "the second one stays");
}

#[test]
fn a_start_removes_a_deleted_tenants_directory_once_and_never_another_of_its_name() {
    let (_folder, path) = folder();
    let first = opened(&path);
    Panel::new(&*first.store);
    let gone = plan([plan::Change::Delete(object::Key::Tenant(TENANT), stored_tenant(&first).version)]);
    wait(first.store.commit(Database::Control, gone)).unwrap();
    drop(first);
    drop(opened(&path));
    let home = path.join("tenants/demo");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&home).unwrap();
    std::fs::write(home.join("panel.db"), "of a backup").unwrap();
    drop(opened(&path));
    assert_eq!(std::fs::read(home.join("panel.db")).unwrap(), b"of a backup");
}

#[test]
fn a_birth_that_was_never_committed_is_no_obstacle_and_a_stranger_is_never_overwritten() {
    let (_folder, path) = folder();
    let first = opened(&path);
    let home = path.join("tenants/demo");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&home).unwrap();
    std::fs::write(home.join("panel.db"), "of a backup").unwrap();
    let birth = || wait(first.store.commit(Database::Control, plan([insert(tenant(TENANT, "demo"))])));
    assert!(birth().is_err());
    assert_eq!(std::fs::read(home.join("panel.db")).unwrap(), b"of a backup");
    std::fs::write(home.join("unborn"), "").unwrap();
    birth().unwrap();
    assert!(home.join("panel.db").metadata().unwrap().len() > 100 && !home.join("unborn").exists());
}
