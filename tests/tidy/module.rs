//! One module: what it defines and imports, and which paths it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A path from the root of the target: `["line", "sell"]` for `crate::line::sell`.
pub type Name = Vec<String>;

/// One name that a module brings in with `use`.
pub struct Import {
    pub path: Name,
    /// `pub use`: passed on, and perhaps not used here.
    pub passed_on: bool,
}

#[derive(Default)]
pub struct Module {
    pub file: PathBuf,
    pub defined: BTreeSet<String>,
    /// Whether a macro stands among its items, which may define more.
    pub has_macros: bool,
    pub imports: BTreeMap<String, Import>,
    /// Modules of which everything is imported.
    pub globs: Vec<Name>,
    /// Every path in its code, as written.
    pub named: BTreeSet<Name>,
}
