//! What host functions read or do.

/// What a function reads or does, as far as it matters to who may call it when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The calling line: in a build only what the cache rule names, the rest as markers.
    Line,
    /// What the line's bouquets hold.
    Catalogue,
    /// The guide of it.
    Guide,
    /// Anything else in the caller's scope.
    Scope,
    /// Changes something.
    Writing,
}
