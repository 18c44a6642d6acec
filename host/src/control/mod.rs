//! The control socket: a command whose panel is already running hands its request to it.
//! The same [`crate::request::Request`] is performed in process when nothing runs, so both ways do the same.

mod answer;
pub mod client;
pub mod server;

pub use answer::Answer;
