//! What is read on every request and changes seldom: settings, block lists and signed-in lines of tenants.
//! Settings go stale by the catalogue generation, lines by the line generation, blocks by their effect.

mod memory;
mod read;

pub(crate) use memory::Cache;
