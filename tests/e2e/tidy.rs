//! Style that matters is a test: documents name only paths that exist, every source file says
//! what it is for, the lists of exceptions only shrink.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files_below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files_below(&path, ending, found);
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

fn all(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["host", "plugins", "wit", "examples", "tests"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            files_below(&folder, ending, &mut found);
        }
    }
    found
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut documents = all(".md");
    documents.push(root().join("README.md"));
    let mut missing = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            let is_path =
                ["host/", "plugins/", "wit/", "tests/", "examples/", ".ci/"].iter().any(|top| word.starts_with(top));
            if is_path && !word.contains(['*', '<', ' ', '{']) && !root().join(word.trim_end_matches('/')).exists() {
                missing.push(format!("{}: {word}", document.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(missing.is_empty(), "documents name paths that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<_> = all(".rs")
        .into_iter()
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| path.strip_prefix(root()).unwrap().display().to_string())
        .collect();
    assert!(silent.is_empty(), "these files do not open with `//!`:\n{}", silent.join("\n"));
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
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        if !shown.starts_with("host/")
            || shown.contains("/tests/")
            || shown.contains("/benches/")
            || shown.ends_with("tests.rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
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
        .map(|path| (path.strip_prefix(root()).unwrap().display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .filter(|(shown, text)| {
            shown.starts_with("host/")
                && text.contains(concat!("allow(", "unsafe_code)"))
                && !reviewed.contains(&shown.as_str())
        })
        .map(|(shown, _)| shown)
        .collect();
    assert!(found.is_empty(), "unsafe code outside the reviewed files: {found:?}");
}
