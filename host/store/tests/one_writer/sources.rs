//! The files of the crate, parsed.

use std::path::{Path, PathBuf};
use syn::Attribute;

/// The crate's files, by their path in `src`.
pub(crate) fn sources() -> Vec<(String, syn::File)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    below(&root, &mut paths);
    let parsed = paths.iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name, syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap())
    });
    parsed.collect()
}

fn below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, into);
        } else if !path.ends_with("tests.rs") {
            into.push(path);
        }
    }
    into.sort();
}

/// Whether something is there in tests alone.
pub(crate) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}
