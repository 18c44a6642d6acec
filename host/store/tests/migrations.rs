//! Data folders of every version before this one: they open, and end up with the very schema
//! that a new folder has.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::TenantId;
use host_core::journal::{Entry, JournalQuery, Log};
use host_core::plan::Database;
use host_core::port::{Journal, Store};
use host_core::settings::Settings;
use host_core::time::Unix;
use host_store::{Options, open};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packed folders of `tests/fixtures`, the oldest first.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut packed: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "gz")).collect();
    packed.sort();
    assert!(!packed.is_empty());
    packed
}

fn unpacked(packed: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tar = Command::new("tar").arg("-xzf").arg(packed).arg("-C").arg(folder.path()).status().unwrap();
    assert!(tar.success());
    folder
}

/// Every column, index and trigger of a database; one that was added later stands where it would
/// stand in a new database.
fn schema(path: &Path) -> Vec<String> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map((), |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let mut parts = texts(
        "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk || ' ' \
         || coalesce(c.dflt_value, '') FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'",
    );
    parts.extend(texts(
        "SELECT m.name || ' refers to ' || f.\"table\" || ' by ' || f.\"from\" || ', ' || f.on_delete \
         FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    ));
    parts.extend(texts(
        "SELECT m.tbl_name || ' index ' || group_concat(coalesce(i.name, ''), ',') || ' ' || coalesce(m.sql, '') \
         FROM sqlite_schema m JOIN pragma_index_info(m.name) i WHERE m.type = 'index' GROUP BY m.name",
    ));
    parts.extend(texts("SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"));
    parts.sort();
    parts
}

#[test]
fn a_folder_of_an_older_version_gets_the_schema_of_a_new_one() {
    let fresh = tempfile::tempdir().unwrap();
    let new = fresh.path().join("data");
    panel::Panel::new(&*open(&new, Options::default()).unwrap().store);
    for packed in fixtures() {
        let folder = unpacked(&packed);
        let data = folder.path().join("data");
        let opened = open(&data, Options::default()).unwrap();
        for database in opened.store.tenants().into_iter().map(Database::Tenant).chain([Database::Control]) {
            assert_eq!(
                panel::wait(opened.store.verify(database)).unwrap().findings,
                [],
                "{database:?} of {}",
                packed.display()
            );
        }
        drop(opened);
        assert_eq!(schema(&data.join("control.db")), schema(&new.join("control.db")), "{}", packed.display());
        for tenant in ["acme", "hotel"] {
            let brought = schema(&data.join("tenants").join(tenant).join("panel.db"));
            assert_eq!(brought, schema(&new.join("tenants/demo/panel.db")), "{tenant} of {}", packed.display());
        }
    }
}

/// What lines are sold as and which groups users are in.
fn references(panel: &Path) -> Vec<String> {
    let connection = Connection::open_with_flags(panel, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT 'line ' || username || ' ' || coalesce(package, '-') FROM lines UNION ALL \
               SELECT 'user ' || username || ' ' || coalesce(user_group, '-') FROM users ORDER BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_lines_are_sold_as_and_the_groups_of_users_stay_and_are_references() {
    for packed in fixtures() {
        let folder = unpacked(&packed);
        let panels = ["acme", "hotel"].map(|name| folder.path().join("data/tenants").join(name).join("panel.db"));
        let before = panels.each_ref().map(|panel| references(panel));
        assert!(before.iter().flatten().any(|row| row.starts_with("user ") && !row.ends_with('-')));
        drop(open(&folder.path().join("data"), Options::default()).unwrap());
        assert_eq!(panels.each_ref().map(|panel| references(panel)), before, "{}", packed.display());
        let connection = Connection::open(&panels[0]).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let refused = connection.execute("UPDATE users SET user_group = 4000000000 WHERE user_group IS NOT NULL", ());
        assert!(refused.unwrap_err().to_string().contains("FOREIGN KEY"));
    }
}

#[test]
fn a_plugin_of_an_older_folder_keeps_the_actions_of_the_file_that_was_granted() {
    for packed in fixtures() {
        let folder = unpacked(&packed);
        let data = folder.path().join("data");
        drop(open(&data, Options::default()).unwrap());
        let control = Connection::open_with_flags(data.join("control.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let kept = "SELECT count(*) FROM plugins WHERE source = 'foreign' AND granted ->> '$.described' = digest \
                    AND granted ->> '$.functions[0]' = 'linecard:lines/lines.mine' AND nominated = '[]'";
        let kept: i64 = control.query_row(kept, (), |row| row.get(0)).unwrap();
        assert_eq!(kept, 1, "{}", packed.display());
    }
}

#[test]
fn a_start_looks_into_every_tenant_of_an_older_folder_once() {
    let folder = unpacked(&fixtures().remove(0));
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    let unfinished = || panel::wait(opened.store.unfinished()).unwrap();
    let mut tenants = opened.store.tenants();
    tenants.sort();
    assert!(!tenants.is_empty());
    assert_eq!(unfinished(), tenants);
    let finished = tenants.into_iter().map(host_core::plan::Change::Finished);
    panel::wait(opened.store.commit(Database::Control, panel::plan(finished))).unwrap();
    assert_eq!(unfinished(), []);
}

#[test]
fn entries_of_block_lists_become_documents_and_keep_their_ids() {
    let oldest = fixtures().remove(0);
    let folder = unpacked(&oldest);
    let panel = folder.path().join("data/tenants/acme/panel.db");
    let old = Connection::open(&panel).unwrap();
    let add =
        "INSERT INTO blocks (id, version, kind, value, note, created_at) VALUES (41, 3, 'agent', 'b\"ot', 'why', 5)";
    old.execute(add, ()).unwrap();
    old.execute("INSERT INTO id_blocks (kind, next) VALUES ('block', 64)", ()).unwrap();
    drop(old);
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    let tenants = opened.store.tenants();
    assert!(
        tenants.iter().all(|id| panel::wait(opened.store.verify(Database::Tenant(*id))).unwrap().findings.is_empty())
    );
    drop(opened);
    let new = Connection::open_with_flags(&panel, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let read = "SELECT version, collection, fields ->> '$.value', fields ->> '$.created_at', searched, \
                (SELECT next FROM id_blocks WHERE kind = 'document') FROM documents WHERE id = 41";
    let row: (i64, String, String, i64, String, i64) = new
        .query_row(read, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        .unwrap();
    assert_eq!(row, (3, "block".into(), "b\"ot".into(), 5, "b\"ot\nwhy".into(), 64));
}

/// Rows of a query as text.
fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// The journal of a new folder, which is made with the first note.
fn new_journal(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    let opened = open(&data, Options::default()).unwrap();
    panel::Panel::new(&*opened.store);
    let refused = Entry::Refused {
        owner: None,
        surface: "admin".into(),
        code: "auth_failed".into(),
        line: None,
        user: None,
        stream: None,
        address: String::new(),
        agent: String::new(),
        at: Unix(1),
    };
    opened.journal.note(panel::TENANT, refused);
    data.join("tenants/demo/journal.db")
}

#[test]
fn rows_of_an_older_journal_are_in_the_logs_as_far_as_they_say_it() {
    let (folder, fresh) = (unpacked(&fixtures().remove(0)), tempfile::tempdir().unwrap());
    let data = folder.path().join("data");
    let path = data.join("tenants/acme/journal.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        r#"DELETE FROM entries;
        INSERT INTO entries (line, refusal, entry) VALUES
            (3, 0, '{"entry":"activity","line":3,"stream":9,"address":"10.0.0.1","agent":"VLC","container":"ts",
                     "started_at":100,"ended_at":160,"bytes":5}'),
            (3, 0, '{"entry":"sign_in","surface":"live","user":null,"line":3,"address":"10.0.0.1","at":7200}'),
            (NULL, 0, '{"entry":"sign_in","surface":"admin","user":4,"line":null,"address":"10.0.0.2","at":7201}'),
            (3, 0, '{"entry":"sign_in","surface":"live","user":null,"line":3,"address":"10.0.0.1","at":7260}'),
            (3, 1, '{"entry":"refused","surface":"live","code":"expired","line":3,"user":null,"stream":9,
                     "address":"10.0.0.1","agent":"VLC","at":7300}'),
            (NULL, 1, '{"entry":"refused","surface":"admin","code":"auth_failed","line":null,"user":4,"stream":null,
                     "address":"10.0.0.2","agent":"curl","at":7301}')"#,
    )
    .unwrap();
    drop(old);
    let opened = open(&data, Options::default()).unwrap();
    let is_acme = |id: &TenantId| opened.directory.tenant(*id).ends_with("acme");
    let tenant = opened.store.tenants().into_iter().find(is_acme).unwrap();
    let query = |log| JournalQuery::newest(log, 10);
    let read = |log| panel::wait(opened.journal.read(tenant, query(log))).unwrap().len();
    assert_eq!([Log::Activity, Log::SignIns, Log::Refusals].map(read), [1, 2, 2]);
    drop(opened);
    let new = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let list =
        |columns: &str, table: &str| rows(&new, &format!("SELECT concat_ws(' ', {columns}) FROM {table} ORDER BY id"));
    let activity = "coalesce(owner, '-'), line, stream, address, agent, container, started_at, at, bytes";
    assert_eq!(list(activity, "activity"), ["- 3 9 10.0.0.1 VLC ts 100 160 5"]);
    let sign_ins =
        "coalesce(owner, '-'), coalesce(user, '-'), coalesce(line, '-'), surface, address, at, last_at, times";
    assert_eq!(list(sign_ins, "sign_ins"), ["- - 3 live 10.0.0.1 7200 7260 2", "4 4 - admin 10.0.0.2 7201 7201 1"]);
    let refusals =
        "coalesce(owner, '-'), coalesce(user, '-'), coalesce(line, '-'), coalesce(stream, '-'), code, agent, at";
    assert_eq!(list(refusals, "refusals"), ["- - 3 9 expired VLC 7300", "4 4 - - auth_failed curl 7301"]);
    assert_eq!(schema(&path), schema(&new_journal(fresh.path())));
}

#[test]
fn days_that_were_set_for_the_journal_are_those_of_each_log() {
    for (set, days) in [("7", [7, 7, 7]), ("365", [365, 365, 30])] {
        let folder = unpacked(&fixtures().remove(0));
        let data = folder.path().join("data");
        let path = data.join("tenants/acme/panel.db");
        let old = Connection::open(&path).unwrap();
        let document = format!("{{\"journal_days\":{set},\"guide_days\":3}}");
        old.execute("INSERT OR REPLACE INTO settings (id, version, document) VALUES (1, 1, ?1)", (document,)).unwrap();
        drop(old);
        drop(open(&data, Options::default()).unwrap());
        let new = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let settings: Settings = serde_json::from_str(&rows(&new, "SELECT document FROM settings")[0]).unwrap();
        let kept = [settings.activity_days, settings.sign_in_days, settings.refusal_days];
        assert_eq!((kept, settings.guide_days), (days, 3));
    }
}

#[test]
fn a_panel_that_has_lines_keeps_the_keys_that_their_passwords_were_sealed_with() {
    let packed = fixtures().remove(0);
    let folder = unpacked(&packed);
    drop(open(&folder.path().join("data"), Options::default()).unwrap());
    for tenant in ["acme", "hotel"] {
        let panel = folder.path().join("data/tenants").join(tenant).join("panel.db");
        let panel = Connection::open_with_flags(&panel, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let read = "SELECT own_keys, length(uid), (SELECT count(*) FROM lines) FROM identity";
        let (own, uid, lines): (bool, u32, u32) =
            panel.query_row(read, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        assert_eq!((own, uid), (lines == 0, 32), "{tenant}");
    }
}
