//! A folder's module stands in the folder, as `mod.rs`: one style, so that nobody has to look twice.

use crate::tree::{all, shown};
use std::collections::BTreeSet;

/// Folders whose module still stands beside them. One that has moved must be struck from here.
const KNOWN: [&str; 1] = ["host/core/src/action.rs"];

#[test]
fn the_module_of_a_folder_stands_in_it() {
    let mut known: BTreeSet<&str> = KNOWN.into();
    let beside = all(".rs").into_iter().filter(|file| file.with_extension("").is_dir()).map(|file| shown(&file));
    let beside: Vec<_> = beside.filter(|file| !known.remove(file.as_str())).collect();
    assert!(beside.is_empty(), "these belong into their folders, as mod.rs:\n{}", beside.join("\n"));
    assert!(known.is_empty(), "these stand in their folders: strike them from the list: {known:#?}");
}
