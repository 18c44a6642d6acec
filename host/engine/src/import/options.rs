//! What is chosen for an import of a playlist.

/// How a playlist is imported.
#[derive(Clone, Debug)]
pub struct PlaylistOptions {
    /// The source, by which its streams are known again: the file's name unless chosen.
    pub source: String,
    /// The bouquet that the file's streams go into; made when there is none of this name. Those
    /// it has already keep their place.
    pub bouquet: String,
    /// Deletes what is gone from the source, instead of marking it.
    pub prune: bool,
    /// Only counts; nothing is written.
    pub dry_run: bool,
}
