//! WASI 0.2 as far as the standard library of a guest brings it along: all of it is there, and all of it is empty. No
//! environment, no arguments, no files, no sockets; clocks stand at the call's time, chance and printing count against
//! the call's limits. It gives nothing, so it needs no grant.

mod inert;
mod io;
mod link;
mod network;
pub(crate) mod printed;
mod stdio;
mod surroundings;

pub(crate) use link::link;
