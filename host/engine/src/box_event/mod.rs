//! Events for boxes: they are queued by those who manage the box, wait in the database until the box asks, and are
//! handed out to it one after another.

mod deliver;
mod queue;

pub use deliver::{confirm, next};
pub use queue::queue;
