//! Imports between the files of a crate point one way: no file needs one that needs it.
//!
//! A path is followed through every `pub use` to the file that defines what it names, so a
//! circle cannot hide behind a `mod.rs` that passes names on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::module::{Module, Name};
use crate::modules::Modules;

/// What one file takes from another.
pub type Needs = BTreeMap<(PathBuf, PathBuf), BTreeSet<String>>;

/// How a name came to be looked for.
#[derive(Clone, Copy, Default)]
struct Search {
    /// How many imports it has passed through; without a limit two modules that import each other by `*` would go on
    /// for ever.
    imports: usize,
    /// By a `*`, which may bring the name or not.
    by_glob: bool,
}

impl Modules {
    /// The file that defines what `path` names when `from` writes it; `None` for what another
    /// crate defines, and for a module alone: what is used of it is named elsewhere.
    fn home(&self, from: &Name, path: &[String], search: Search) -> Option<&Path> {
        let mut module = from.clone();
        for (index, word) in path.iter().enumerate() {
            let child = [module.as_slice(), std::slice::from_ref(word)].concat();
            match word.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => drop(module.pop()?),
                // A word alone may be a variable that has the name of a module.
                _ if path.len() > 1 && self.0.contains_key(&child) => module = child,
                _ => {
                    let made = || if index > 0 && !search.by_glob { self.made(&module) } else { None };
                    return self.member(&module, &path[index..], search).or_else(made);
                }
            }
        }
        None
    }

    /// The file that defines `path[0]`, which is no module below `module`.
    fn member(&self, module: &Name, path: &[String], search: Search) -> Option<&Path> {
        if search.imports > 12 {
            return None;
        }
        let held = self.0.get(module)?;
        let (first, rest) = path.split_first()?;
        if held.defined.contains(first) {
            return Some(&held.file);
        }
        let search = Search { imports: search.imports + 1, ..search };
        if let Some(import) = held.imports.get(first) {
            return self.home(module, &[import.path.as_slice(), rest].concat(), search);
        }
        let search = Search { by_glob: true, ..search };
        held.globs.iter().find_map(|glob| self.home(module, &[glob.as_slice(), path].concat(), search))
    }

    /// What a macro defines cannot be seen, only that one stands in the module.
    fn made(&self, module: &Name) -> Option<&Path> {
        let module = self.0.get(module)?;
        module.has_macros.then_some(module.file.as_path())
    }

    /// Which file of the target takes what from which other.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        for (name, module) in &self.0 {
            for path in used(module) {
                let Some(home) = self.home(name, &path, Search::default()) else { continue };
                if home != module.file {
                    let pair = (module.file.clone(), home.to_path_buf());
                    needs.entry(pair).or_default().insert(path.join("::"));
                }
            }
        }
        needs
    }
}

/// Every path that the module's own code uses. A name that it only passes on is not used by it.
fn used(module: &Module) -> impl Iterator<Item = Name> + '_ {
    let firsts: BTreeSet<&String> = module.named.iter().filter_map(|path| path.first()).collect();
    let imports = module.imports.iter().filter(move |(name, import)| !import.passed_on || firsts.contains(name));
    let imports = imports.map(|(_, import)| import.path.clone());
    imports.chain(module.named.iter().cloned())
}

/// Groups of files that need each other, directly or through others.
pub fn circles(needs: &Needs) -> Vec<BTreeSet<PathBuf>> {
    let files: BTreeSet<&PathBuf> = needs.keys().flat_map(|(from, to)| [from, to]).collect();
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> =
        files.iter().map(|file| (*file, reach(needs, file))).collect();
    let mut found: BTreeSet<BTreeSet<PathBuf>> = BTreeSet::new();
    for file in &files {
        let circle = reached[file].iter().filter(|other| reached[*other].contains(file));
        let circle: BTreeSet<PathBuf> = circle.map(|other| (*other).clone()).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// Every file that one needs, itself only if it comes back.
fn reach<'a>(needs: &'a Needs, file: &PathBuf) -> BTreeSet<&'a PathBuf> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        for (_, to) in needs.keys().filter(|(from, _)| from == file) {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}
