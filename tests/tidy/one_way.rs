//! Inside every crate, as between crates: no file needs one that needs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::circles::{Needs, circles};
use crate::modules::Modules;
use crate::tree::{all, shown};

#[test]
fn imports_between_files_form_no_circle() {
    let mut found = Vec::new();
    for root in roots() {
        let needs = Modules::of(&root).needs();
        found.extend(circles(&needs).iter().map(|circle| described(&needs, circle)));
    }
    assert!(found.is_empty(), "these files need each other:\n\n{}", found.join("\n\n"));
}

#[test]
fn a_circle_through_names_passed_on_is_found() {
    let files = [
        ("lib.rs", "mod door;\nmod room;\npub use door::Door;\npub use room::Room;\n"),
        ("door.rs", "use crate::Room;\npub struct Door(Room);\n"),
        ("room/mod.rs", "mod wall;\npub use wall::Room;\n"),
        ("room/wall.rs", "pub enum Room { Closed, Open(Box<super::super::Door>) }\n"),
    ];
    assert_eq!(circles_of(&files), [["door.rs", "room/wall.rs"]]);
}

#[test]
fn a_circle_through_a_macro_s_arguments_or_its_products_is_found() {
    let files = [
        ("lib.rs", "mod kinds;\nmod line;\npub use kinds::Kind;\n"),
        ("kinds.rs", "make! { Kind { is: crate::line::Line } }\n"),
        ("line.rs", "use crate::Kind;\npub struct Line(Kind);\n"),
    ];
    assert_eq!(circles_of(&files), [["kinds.rs", "line.rs"]]);
}

#[test]
fn a_parent_that_only_passes_on_is_in_no_circle_and_tests_may_look_back() {
    let files = [
        ("lib.rs", "mod door;\npub use door::Door;\npub fn lock() {}\n"),
        ("door.rs", "pub struct Door;\nfn shut() { crate::lock() }\n#[cfg(test)]\nmod tests;\n"),
        ("door/tests.rs", "use super::Door;\n"),
    ];
    assert!(circles_of(&files).is_empty());
}

/// The first file of every target of every crate.
fn roots() -> Vec<PathBuf> {
    let is_root = |path: &PathBuf| {
        let folder = path.parent().unwrap();
        let is_target = folder.ends_with("tests") || folder.ends_with("benches");
        path.ends_with("lib.rs")
            || path.ends_with("main.rs")
            || is_target && folder.parent().unwrap().join("Cargo.toml").exists()
    };
    all(".rs").into_iter().filter(is_root).collect()
}

/// The arrows of a circle, each with the names that it stands for.
fn described(needs: &Needs, circle: &BTreeSet<PathBuf>) -> String {
    let arrows = needs.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let arrows = arrows.map(|((from, to), names)| format!("{} needs {}: {names:?}", shown(from), shown(to)));
    arrows.collect::<Vec<_>>().join("\n")
}

/// The circles of a crate of these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let name = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    let found = circles(&Modules::of(&folder.path().join("lib.rs")).needs());
    found.iter().map(|circle| circle.iter().map(|path| name(path)).collect()).collect()
}
