//! Which of the actions that the panel is to answer it answers, and by which test that is seen: `tests/coverage.md` is made
//! from the descriptions and from the tests, and has to be what they are now.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What is said anew instead of compared when this is set.
const UPDATE: &str = "UPDATE_COVERAGE";
/// The test by whose run of an action's examples each one is seen.
const EACH: &str = "every_example::every_example_works_and_its_answer_has_the_declared_shape";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files below a folder that end like this, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.to_string_lossy().ends_with(ending) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// Each surface with the names that its actions have, other names included.
fn described() -> BTreeMap<String, BTreeSet<String>> {
    let mut names = BTreeMap::<String, BTreeSet<String>>::new();
    for path in files(&root().join("plugins"), "/actions.toml") {
        let file = linecard_nouns::read(&path).unwrap().table;
        for action in file["action"].as_array().unwrap() {
            let text = |key: &str| action[key].as_str().unwrap().to_owned();
            let others = action.get("aliases").and_then(|aliases| aliases.as_array()).cloned().unwrap_or_default();
            let all = names.entry(text("surface")).or_default();
            all.insert(text("name"));
            all.extend(others.iter().filter_map(|other| other.as_str().map(ToOwned::to_owned)));
        }
    }
    names
}

/// The tests that name something in quotes, each with what it says.
fn tests() -> Vec<(String, String)> {
    let mut tests = Vec::new();
    for path in files(&root().join("tests/e2e"), ".rs") {
        let folder = path.parent().filter(|_| path.ends_with("mod.rs"));
        let file = folder.unwrap_or(&path).file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for part in text.split("#[test]\n").skip(1) {
            let name = part.trim_start().strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            tests.push((format!("{file}::{}", name.unwrap_or("?")), part.to_owned()));
        }
    }
    tests
}

/// Whether a test asks for an action: it names it where it names who asks at that surface.
fn asks(test: &str, surface: &str, action: &str) -> bool {
    let who = match surface {
        "reseller" => "seller",
        "admin" => "admin",
        _ => "",
    };
    let quoted = format!("\"{action}\"");
    test.lines().any(|line| line.contains(&quoted) && line.contains(who))
}

/// The table as it is now.
fn table() -> String {
    let (described, tests) = (described(), tests());
    let wanted = std::fs::read_to_string(root().join("tests/coverage/actions.txt")).unwrap();
    let (mut rows, mut surface, mut answered, mut all) = (String::new(), "", 0, 0);
    for line in wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            surface = section.split(' ').next().unwrap();
            writeln!(rows, "\n## {section}\n\n| action | | seen by |\n| --- | --- | --- |").unwrap();
            continue;
        }
        all += 1;
        // Words of a selector are joined by dots in a description, and by a slash where people speak of them.
        if !described.get(surface).is_some_and(|names| names.contains(&line.replace('/', "."))) {
            writeln!(rows, "| `{line}` | | |").unwrap();
            continue;
        }
        answered += 1;
        let named = tests.iter().find(|(_, text)| asks(text, surface, line)).map_or(EACH, |(name, _)| name);
        writeln!(rows, "| `{line}` | ✓ | `{named}` |").unwrap();
    }
    format!(
        "# What is answered\n\nMade by `{UPDATE}=1 cargo test --workspace --test coverage`. {answered} of {all} actions. Each is asked by its \
         examples, by strangers, by other roles, by other tenants and for what is another's (`every_action`, `every_example`); \
         the test that is named sees what it does.\n{rows}"
    )
}

#[test]
fn the_table_of_what_is_answered_is_up_to_date() {
    let path = root().join("tests/coverage.md");
    let table = table();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table, "tests/coverage.md is old: {UPDATE}=1 cargo test --workspace --test coverage makes it anew");
}
