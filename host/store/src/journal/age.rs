//! How long journals keep their rows: each tenant's setting in days, applied to the files as they lie there.

use super::trust;
use crate::error::failed;
use crate::sqlite::database::{open_reading, open_writing};
use crate::sqlite::schema::{JOURNAL, TENANT};
use host_core::port::StoreError;
use host_core::settings::Settings;
use host_core::time::Unix;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

const DAY: i64 = 24 * 60 * 60;
/// When a row's event was; what lasts counts from its end.
const AT: &str = "coalesce(json_extract(entry, '$.at'), json_extract(entry, '$.ended_at'))";

/// Removes from the journals of all tenants what is older than each of them keeps.
pub(super) fn sweep(tenants: &Path, now: Unix) {
    let Ok(folders) = std::fs::read_dir(tenants) else { return };
    for folder in folders.flatten().map(|folder| folder.path()) {
        if !folder.join("journal.db").exists() {
            continue;
        }
        match expire(&folder, now) {
            Ok(0) => {}
            Ok(rows) => tracing::info!(folder = %folder.display(), rows, "old journal rows are removed"),
            Err(error) => tracing::warn!(folder = %folder.display(), %error, "old journal rows stay"),
        }
    }
}

/// The same for one tenant; how many rows went.
fn expire(folder: &Path, now: Unix) -> Result<usize, StoreError> {
    let days = i64::from(days(&open_reading(&folder.join("panel.db"), &TENANT)?)?);
    let journal = open_writing(&folder.join("journal.db"), &JOURNAL)?;
    trust::expire(&journal, now).map_err(failed)?;
    remove(&journal, now.plus(-days * DAY)).map_err(failed)
}

fn days(panel: &Connection) -> Result<u16, StoreError> {
    let read = panel.query_row("SELECT document FROM settings", (), |row| row.get::<_, String>(0));
    let Some(document) = read.optional().map_err(failed)? else { return Ok(Settings::default().journal_days) };
    let settings: Settings = serde_json::from_str(&document).map_err(|error| StoreError::Corrupt {
        table: "settings",
        column: "document",
        row: 1,
        reason: error.to_string(),
    })?;
    Ok(settings.journal_days)
}

/// Rows stand in the order of their events, so what is too old comes first.
fn remove(journal: &Connection, before: Unix) -> rusqlite::Result<usize> {
    let first = format!("SELECT id FROM entries WHERE {AT} >= ?1 ORDER BY id LIMIT 1");
    let kept: Option<i64> = journal.query_row(&first, (before.0,), |row| row.get(0)).optional()?;
    journal.execute("DELETE FROM entries WHERE id < ?1", (kept.unwrap_or(i64::MAX),))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::database::make;
    use host_core::journal::Entry;
    use host_core::{LineId, StreamId};

    const NOW: Unix = Unix(1_800_000_000);

    fn ended(days_ago: i64) -> Entry {
        let ended_at = NOW.plus(-days_ago * DAY);
        Entry::Activity {
            line: LineId(1),
            stream: StreamId(1),
            address: "10.0.0.1".into(),
            agent: "VLC".into(),
            container: "ts".into(),
            started_at: ended_at.plus(-60),
            ended_at,
            bytes: 1,
        }
    }

    fn signed_in(days_ago: i64) -> Entry {
        let (surface, address) = ("player".into(), "10.0.0.1".into());
        Entry::SignIn { surface, user: None, line: Some(LineId(1)), address, at: NOW.plus(-days_ago * DAY) }
    }

    /// A tenant's folder with these rows, and its setting.
    fn tenant(root: &Path, name: &str, settings: Option<&Settings>, rows: &[Entry]) {
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
        for row in rows {
            let text = serde_json::to_string(row).unwrap();
            journal.execute("INSERT INTO entries (refusal, entry) VALUES (0, ?1)", (text,)).unwrap();
        }
    }

    fn left(root: &Path, name: &str) -> Vec<Entry> {
        let journal = open_reading(&root.join(name).join("journal.db"), &JOURNAL).unwrap();
        let mut statement = journal.prepare("SELECT entry FROM entries ORDER BY id").unwrap();
        let rows = statement.query_map((), |row| row.get::<_, String>(0)).unwrap();
        rows.map(|text| serde_json::from_str(&text.unwrap()).unwrap()).collect()
    }

    #[test]
    fn each_tenant_keeps_its_rows_for_as_many_days_as_it_set() {
        let root = tempfile::tempdir().unwrap();
        let rows = [ended(200), signed_in(100), ended(31), signed_in(30), ended(1)];
        let month = Settings { journal_days: 30, ..Settings::default() };
        tenant(root.path(), "month", Some(&month), &rows);
        tenant(root.path(), "usual", None, &rows);
        tenant(root.path(), "quiet", Some(&month), &rows[..2]);
        std::fs::create_dir(root.path().join("without-journal")).unwrap();
        sweep(root.path(), NOW);
        assert_eq!(left(root.path(), "month"), rows[3..]);
        assert_eq!(left(root.path(), "usual"), rows[2..], "a quarter of a year, when nothing was set");
        assert_eq!(left(root.path(), "quiet"), []);
    }
}
