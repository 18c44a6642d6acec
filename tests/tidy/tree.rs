//! The files of this tree.

use std::path::{Path, PathBuf};

const TOP: [&str; 5] = ["host", "plugins", "wit", "examples", "tests"];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// A file as its readers know it: by its path in the tree.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Every file whose name ends so.
pub fn all(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in TOP {
        files_below(&root().join(folder), ending, &mut found);
    }
    found.sort();
    found
}

/// Whether a word is a path from the root of the tree.
pub fn is_path(word: &str) -> bool {
    let starts = TOP.iter().chain([&".ci"]).any(|top| word.strip_prefix(top).is_some_and(|rest| rest.starts_with('/')));
    // With a star or a name in brackets it stands for many.
    starts && !word.contains(['*', '<', ' ', '{'])
}

pub fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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
