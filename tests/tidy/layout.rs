//! A folder's module stands in the folder, as `mod.rs`: one style, so that nobody has to look twice.

use crate::tree::{all, shown};

#[test]
fn the_module_of_a_folder_stands_in_it() {
    let beside = all(".rs").into_iter().filter(|file| file.with_extension("").is_dir()).map(|file| shown(&file));
    let beside: Vec<_> = beside.collect();
    assert!(beside.is_empty(), "these belong into their folders, as mod.rs:\n{}", beside.join("\n"));
}
