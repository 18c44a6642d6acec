//! Floor 1: the only outgoing sockets. Resolves a name once, checks every address, connects only
//! to a checked one, follows redirects under the same rules. Knows no stream, tenant or plugin.
//!
//! [`address`] and [`port`] hold the rules
//! as pure functions. [`Outgoing`] implements [`host_core::port::Fetch`] for the media floor.

pub mod address;
mod body;
mod client;
mod cookies;
mod failure;
mod names;
mod one_source;
pub mod port;
mod request;

pub use client::{Outgoing, OutgoingOptions, SetupError, Times};
pub use names::{Names, SystemNames};
pub use request::Request;
