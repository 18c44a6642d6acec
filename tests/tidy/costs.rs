//! What a change costs, counted: the table in `host/ARCHITECTURE.md` says for each row in how many files of the host
//! its example is named, and this counts them.

use crate::tree::{all, shown, text_of};

/// A row of the table, what it is counted by, and what of the host names it.
const EXAMPLES: &[(&str, &str, &[&str])] = &[
    ("a field of a line", "admin_notes", &["host/core/src/line/fields.rs", "host/store/src/sqlite/select/shown.rs"]),
    ("a field of a user", "reseller_dns", &["host/core/src/user/fields.rs", "host/store/src/sqlite/select/shown.rs"]),
    (
        "a plain kind of record",
        "BLOCK",
        &["host/core/src/block.rs", "host/core/src/plain/mod.rs", "host/engine/src/cache/read.rs"],
    ),
];

/// The files of core, engine and store whose code names a word, tests at their end left out.
fn naming(word: &str) -> Vec<String> {
    let floors = ["host/core/src/", "host/engine/src/", "host/store/src/"];
    let mut found: Vec<String> = all(".rs")
        .into_iter()
        .filter(|file| floors.iter().any(|floor| shown(file).starts_with(floor)))
        .filter(|file| {
            let text = text_of(file);
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let mut words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
            words.any(|other| other == word)
        })
        .map(|file| shown(&file))
        .collect();
    found.sort();
    found
}

#[test]
fn the_table_of_costs_says_what_is_counted() {
    let page = all(".md").into_iter().find(|file| shown(file) == "host/ARCHITECTURE.md").unwrap();
    let page = text_of(&page);
    for (row, word, files) in EXAMPLES {
        assert_eq!(naming(word), *files, "{row}, by {word}");
        let line =
            page.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap_or_else(|| panic!("no row {row}"));
        let counted = format!("`{word}` is named in {} ", files.len());
        assert!(line.contains(&counted), "{line}\ndoes not say: {counted}");
    }
}
