//! Effects after commit: performed at once, remembered in the outbox of their database until they
//! are settled, and performed again after a crash. Some effects are the engine's own; the others go
//! to a performer that the host installs.

mod perform;
mod waiting;

pub(crate) use waiting::Outbox;
pub use waiting::Performer;
