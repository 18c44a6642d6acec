//! Style that matters is a test: every source file says what it is for, is named after a thing,
//! and what can stop every tenant stands where it was looked at.

use crate::tree::{all, shown, text_of};

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<_> =
        all(".rs").into_iter().filter(|path| !text_of(path).starts_with("//!")).map(|path| shown(&path)).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`:\n{}", silent.join("\n"));
}

#[test]
fn what_is_not_known_is_said_of_crates_and_folders_alone() {
    let mut found = Vec::new();
    for path in all(".rs") {
        let text = text_of(&path);
        let header = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join(" ");
        let is_border = ["lib.rs", "mod.rs", "main.rs"].iter().any(|name| path.ends_with(name));
        let phrases: &[&str] = match is_border {
            true => &["nows no", "efuses to know"],
            false => &["nows no", "efuses to know", "oes not know"],
        };
        if phrases.iter().any(|phrase| header.contains(phrase)) {
            found.push(shown(&path));
        }
    }
    assert!(
        found.is_empty(),
        "a header says what its file is for; a border is \"Does not know …\":\n{}",
        found.join("\n")
    );
}

#[test]
fn no_file_is_named_after_a_role_instead_of_a_thing() {
    let vague = [
        "utils.rs",
        "util.rs",
        "helpers.rs",
        "helper.rs",
        "common.rs",
        "misc.rs",
        "manager.rs",
        "service.rs",
        "models.rs",
        "base.rs",
        "types.rs",
    ];
    let found: Vec<_> = all(".rs")
        .into_iter()
        .filter(|path| vague.contains(&path.file_name().unwrap().to_str().unwrap()))
        // `base` is the name of a capability, and so of its files.
        .filter(|path| !path.ends_with("capability/base.rs") && !path.ends_with("sdk/src/base.rs"))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_host_never_unwraps_outside_tests() {
    let mut found = Vec::new();
    for path in all(".rs") {
        let shown = shown(&path);
        if !shown.starts_with("host/")
            || shown.contains("/tests/")
            || shown.contains("/benches/")
            || shown.ends_with("tests.rs")
        {
            continue;
        }
        let text = text_of(&path);
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            if line.contains(".unwrap()") || line.contains(".expect(") {
                found.push(format!("{shown}:{}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "each of these can stop every tenant:\n{}", found.join("\n"));
}

#[test]
fn unsafe_code_is_in_three_reviewed_files() {
    // A mapped file, a mapped module, and what a child does between fork and exec.
    let reviewed =
        ["host/store/src/lease_mirror.rs", "host/runtime/src/cache.rs", "host/media/src/supervisor/child.rs"];
    let found: Vec<_> = all(".rs")
        .into_iter()
        .map(|path| (shown(&path), text_of(&path)))
        .filter(|(shown, text)| {
            shown.starts_with("host/")
                && text.contains(concat!("allow(", "unsafe_code)"))
                && !reviewed.contains(&shown.as_str())
        })
        .map(|(shown, _)| shown)
        .collect();
    assert!(found.is_empty(), "unsafe code outside the reviewed files: {found:?}");
}
