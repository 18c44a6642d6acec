//! Imports as jobs: a file's entries in chunks, each chunk one plan with the job's progress in it. What was committed
//! stays when an import stops: it is not taken up again in the middle, but repeating it completes it, because an entry
//! that is there already costs no write. Does not know formats: parsers hand entries over.

mod apply;
mod asked;
mod fetch;
mod guide;
mod interrupted;
mod job;
mod leftover;
mod missing;
mod moves;
mod options;
mod playlist;
mod provider;
mod provider_list;
mod schedule;
mod tally;
mod under_way;

pub(crate) use asked::{ask, call_off, call_off_job, wanted};
pub use fetch::GuideTurn;
pub use guide::{GuideOptions, guide};
pub use options::PlaylistOptions;
pub use playlist::playlist;
pub use provider::ProviderTurn;
pub(crate) use provider::{JOB as PROVIDER_JOB, account};
pub(crate) use schedule::Fetches;
pub use tally::Counts;
pub(crate) use under_way::Jobs;

use host_core::import::{ImportError, LeftOut, PlaylistEntry};

/// What a parser hands over: an entry, one that is left out, or why the file cannot be read on.
type Entry = Result<Result<PlaylistEntry, LeftOut>, ImportError>;

/// How far an import has come. It is told after each chunk, and whoever hears it says whether to go on.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Entries read so far, skipped ones included.
    pub read: u64,
    /// What was done so far.
    pub counts: &'a Counts,
}
