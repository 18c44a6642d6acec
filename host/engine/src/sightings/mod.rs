//! What was last seen of lines, users and keys: in memory, and every few seconds in storage. Views read both.

mod pending;
mod write;

pub(crate) use pending::Sightings;
