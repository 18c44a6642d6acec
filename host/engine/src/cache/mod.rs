//! What is read on every request and changes seldom: settings, block lists and signed-in lines of tenants.
//! Settings and lines grow old by their generations, blocks by their effect.

mod memory;
mod read;

pub(crate) use memory::Cache;
