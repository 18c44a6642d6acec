//! How long journals keep their rows: each tenant's setting in days for each log, applied to the files as they lie
//! there.

use super::tables::table;
use super::trust;
use crate::error::failed;
use crate::sqlite::database_file::{open_reading, open_writing};
use crate::sqlite::schema::{JOURNAL, TENANT};
use host_core::journal::Log;
use host_core::port::StoreError;
use host_core::settings::Settings;
use host_core::time::Unix;
use rusqlite::{Connection, OptionalExtension};
use std::path::{Path, PathBuf};

const DAY: i64 = 24 * 60 * 60;
/// Rows of a log that go with one step: some milliseconds.
const PIECE: u32 = 1_000;

/// A walk over the journals of all tenants that removes what is older than each of them keeps, a piece with each
/// step, because reads and notes wait for the same thread.
#[derive(Default)]
pub(super) struct Sweep {
    folders: Vec<PathBuf>,
}

impl Sweep {
    /// One over the folders of these tenants.
    pub(super) fn over(tenants: &Path) -> Sweep {
        let folders = std::fs::read_dir(tenants).into_iter().flatten().flatten().map(|folder| folder.path());
        Sweep { folders: folders.filter(|folder| folder.join("journal.db").exists()).collect() }
    }

    /// Whether all is done.
    pub(super) fn is_over(&self) -> bool {
        self.folders.is_empty()
    }

    /// Removes the next piece.
    pub(super) fn step(&mut self, now: Unix) {
        let Some(folder) = self.folders.last() else { return };
        let is_done = expire(folder, now).unwrap_or_else(|error| {
            tracing::warn!(folder = %folder.display(), %error, "old journal rows stay");
            true
        });
        if is_done {
            self.folders.pop();
        }
    }
}

/// Removes a piece of each log; true when nothing old is left.
fn expire(folder: &Path, now: Unix) -> Result<bool, StoreError> {
    let settings = settings(&open_reading(&folder.join("panel.db"), &TENANT)?)?;
    let journal = open_writing(&folder.join("journal.db"), &JOURNAL)?;
    let mut is_done = true;
    for log in Log::ALL {
        let before = now.plus(-i64::from(settings.log_days(log)) * DAY);
        is_done &= remove(&journal, table(log).name, before).map_err(failed)? < PIECE as usize;
    }
    if is_done {
        trust::expire(&journal, now).map_err(failed)?;
    }
    Ok(is_done)
}

fn settings(panel: &Connection) -> Result<Settings, StoreError> {
    let read = panel.query_row("SELECT document FROM settings", (), |row| row.get::<_, String>(0));
    let Some(document) = read.optional().map_err(failed)? else { return Ok(Settings::default()) };
    serde_json::from_str(&document).map_err(|error| StoreError::Corrupt {
        table: "settings",
        column: "document",
        row: 1,
        reason: error.to_string(),
    })
}

fn remove(journal: &Connection, table: &str, before: Unix) -> rusqlite::Result<usize> {
    let sql =
        format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE at < ?1 ORDER BY at LIMIT {PIECE})");
    journal.execute(&sql, (before.0,))
}

#[cfg(test)]
mod tests {
    use super::super::write::write;
    use super::*;
    use crate::sqlite::database_file::make;
    use host_core::journal::Entry;
    use host_core::{LineId, StreamId, UserId};

    const NOW: Unix = Unix(1_800_000_000);

    /// An entry of each log, this many days old.
    fn aged(days: i64) -> [Entry; 3] {
        let at = NOW.plus(-days * DAY);
        let (owner, line, address, agent) = (Some(UserId(1)), LineId(1), "10.0.0.1".to_owned(), "VLC".to_owned());
        [
            Entry::Activity {
                owner,
                line,
                stream: StreamId(1),
                address: address.clone(),
                agent: agent.clone(),
                container: "ts".into(),
                started_at: at.plus(-60),
                ended_at: at,
                bytes: 1,
            },
            Entry::SignIn {
                owner,
                surface: "player".into(),
                user: None,
                line: Some(line),
                address: address.clone(),
                at,
                last_at: at,
                times: 1,
            },
            Entry::Refused {
                owner,
                surface: "player".into(),
                code: "auth_failed".into(),
                line: Some(line),
                user: None,
                stream: None,
                address,
                agent,
                query: String::new(),
                at,
            },
        ]
    }

    /// A tenant's folder with these entries, and its setting.
    fn tenant(root: &Path, name: &str, settings: Option<&Settings>, entries: &[Entry]) {
        let folder = root.join(name);
        std::fs::create_dir(&folder).unwrap();
        make(&folder.join("panel.db"), &TENANT).unwrap();
        make(&folder.join("journal.db"), &JOURNAL).unwrap();
        let panel = open_writing(&folder.join("panel.db"), &TENANT).unwrap();
        if let Some(settings) = settings {
            let document = serde_json::to_string(settings).unwrap();
            panel.execute("INSERT INTO settings (id, version, document) VALUES (1, 1, ?1)", (document,)).unwrap();
        }
        let journal = open_writing(&folder.join("journal.db"), &JOURNAL).unwrap();
        write(&journal, entries, 1_000_000).unwrap();
    }

    /// How many days old the rows of a log are.
    fn left(root: &Path, name: &str, log: Log) -> Vec<i64> {
        let journal = open_reading(&root.join(name).join("journal.db"), &JOURNAL).unwrap();
        let mut statement = journal.prepare(&format!("SELECT at FROM {} ORDER BY id", table(log).name)).unwrap();
        let rows = statement.query_map((), |row| row.get::<_, i64>(0)).unwrap();
        rows.map(|at| (NOW.0 - at.unwrap()) / DAY).collect()
    }

    fn swept(root: &Path) -> usize {
        let mut sweep = Sweep::over(root);
        let mut steps = 0;
        while !sweep.is_over() {
            sweep.step(NOW);
            steps += 1;
        }
        steps
    }

    #[test]
    fn each_tenant_keeps_each_log_for_as_many_days_as_it_set() {
        let root = tempfile::tempdir().unwrap();
        let entries = [200, 91, 89, 31, 29, 6, 1].map(aged).concat();
        let set = Settings { activity_days: 5, sign_in_days: 30, refusal_days: 100, ..Settings::default() };
        tenant(root.path(), "set", Some(&set), &entries);
        tenant(root.path(), "usual", None, &entries);
        std::fs::create_dir(root.path().join("without-journal")).unwrap();
        assert_eq!(swept(root.path()), 2);
        let logs = |name| [Log::Activity, Log::SignIns, Log::Refusals].map(|log| left(root.path(), name, log));
        assert_eq!(logs("set"), [vec![1], vec![29, 6, 1], vec![91, 89, 31, 29, 6, 1]]);
        assert_eq!(logs("usual"), [vec![89, 31, 29, 6, 1], vec![89, 31, 29, 6, 1], vec![29, 6, 1]]);
    }

    #[test]
    fn many_old_rows_go_in_pieces() {
        let root = tempfile::tempdir().unwrap();
        let [activity, ..] = aged(100);
        let old = vec![activity; 2 * PIECE as usize + 1];
        tenant(root.path(), "busy", None, &[old, aged(1).to_vec()].concat());
        assert_eq!(swept(root.path()), 3);
        assert_eq!(left(root.path(), "busy", Log::Activity), [1]);
    }
}
