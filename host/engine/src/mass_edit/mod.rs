//! Edits of many lines or records: asked for in a plan, done in chunks by a job that goes on after the call and over a
//! restart.

mod ask;
mod lines;
mod records;
mod run;
mod turns;

pub use ask::{of_lines, of_records};
pub use run::MassEditTurn;
pub(crate) use turns::MassEdits;

use host_core::job::MassEdit;

/// What its job's row calls it.
const KIND: &str = "mass_edit";

/// The next of the ids that are named, behind the last one that was done, and behind which one others come, if any do.
fn named(edit: &MassEdit, last: u32, chunk: u32) -> (Vec<u32>, Option<u32>) {
    let mut left = edit.ids.iter().copied().filter(|id| *id > last);
    let chunk: Vec<u32> = left.by_ref().take(chunk as usize).collect();
    let cursor = chunk.last().copied().filter(|_| left.next().is_some());
    (chunk, cursor)
}
