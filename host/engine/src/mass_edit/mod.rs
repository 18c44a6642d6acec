//! Edits of many lines: asked for in a plan, done in chunks by a job that goes on after the call and over a restart.

mod ask;
mod run;
mod turns;

pub use ask::ask;
pub use run::MassEditTurn;
pub(crate) use turns::MassEdits;

/// What its job's row calls it.
const KIND: &str = "mass_edit";
