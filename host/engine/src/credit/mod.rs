//! Verbs on credits: they move, they are never set.

mod adjust;

pub use adjust::adjust;
