//! Why media has no bytes for a viewer. It names no source, because an address may hold credentials.

/// Why nothing can be delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// No source of the stream gives anything now. A repeat in some seconds makes sense.
    #[error("no source of this stream answers; check its sources or try again")]
    StreamDown,
    /// The sources answer, and what they send can never be played so: which form it is, and what to use
    /// instead.
    #[error("this stream cannot be played: {0}")]
    Unplayable(&'static str),
    /// The file of a movie or a segment that was listed is not there (any more).
    #[error("there is no such file or segment")]
    NotFound,
    /// The token was not made by this panel for this tenant.
    #[error("the address is not one of ours; open the playlist again")]
    BadToken,
    /// The stream has no source of a form that can be delivered this way.
    #[error("{0}")]
    WrongForm(&'static str),
    /// A file could not be read, or a process not be started. Ours, not the viewer's.
    #[error("media failed: {0}")]
    Failed(String),
}
