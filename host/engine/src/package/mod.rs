//! Verbs on packages: what the caller may sell. Their records are edited through [`crate::record`].

mod list;

pub use list::list;
