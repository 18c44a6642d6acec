//! Streams that run: what is wanted of them, what they do, and the processes that make them. The bytes are media's,
//! which is asked by a port.

mod end_process;
mod follow;
mod library;
mod run;
mod servers;

pub use end_process::end_process;
pub(crate) use run::Run;
pub(crate) use servers::servers;
