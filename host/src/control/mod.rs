//! The control socket: a command whose panel is already running hands its request to it.
//! The same [`Request`] is performed in process when nothing runs, so both ways do the same.

pub mod client;
pub mod request;
pub mod server;

pub use request::{Answer, Request};
