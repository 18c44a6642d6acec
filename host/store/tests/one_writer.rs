//! One way to write: the statements that change rows are only reached from `commit`.
//! Reads the sources; knows nothing of running stores.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// Files of the write path, each driven by the writer; the journal has its own database.
const WRITING: &[&str] = &[
    "journal.rs",
    "sqlite/audit_chain.rs",
    "sqlite/batch.rs",
    "sqlite/connection.rs",
    "sqlite/guide.rs",
    "sqlite/idempotency.rs",
    "sqlite/ledger.rs",
    "sqlite/members.rs",
    "sqlite/outbox.rs",
    "sqlite/set_change.rs",
    "sqlite/table.rs",
    "sqlite/tables/lines.rs",
    "sqlite/tables/series.rs",
    "sqlite/tables/streams.rs",
    "sqlite/tables/tenants.rs",
    "sqlite/tables/users.rs",
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, into) } else { into.push(path) }
    }
}

#[test]
fn only_the_write_path_has_statements_that_change_rows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut writing: Vec<_> = files
        .iter()
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            ["INSERT INTO", "UPDATE ", "DELETE FROM"].iter().any(|word| text.contains(&format!("\"{word}")))
        })
        .map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned())
        .collect();
    writing.sort();
    assert_eq!(writing, WRITING);
}

#[test]
fn a_plan_is_taken_by_one_public_function_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut takers = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // Public functions, and those of the port's implementations, stand at one level of indent.
        let functions = text.lines().filter(|line| line.starts_with("    fn ") || line.starts_with("    pub fn "));
        let owning = functions.filter(|line| line.contains(": Plan,") || line.contains(": Plan)"));
        takers.extend(owning.map(str::trim).map(String::from));
    }
    assert_eq!(takers, ["fn commit(&self, place: Place, plan: Plan) -> Answer<'_, Committed, CommitError> {"]);
}
