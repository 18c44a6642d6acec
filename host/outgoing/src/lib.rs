//! Floor 1: the only outgoing sockets, and those that datagrams arrive at. Resolves a name once, checks every address,
//! connects only to a checked one, follows redirects under the same rules. Does not know streams, tenants or plugins.
//!
//! [`address`], [`port`] and [`local`] hold the rules
//! as pure functions. [`Outgoing`] implements [`host_core::port::Fetch`] for the media floor, [`Datagrams`]
//! [`host_core::port::Receive`].

pub mod address;
mod body;
mod client;
mod cookies;
mod datagrams;
mod failure;
mod interfaces;
pub mod local;
mod names;
mod one_source;
pub mod port;
mod request;
mod source_headers;

pub use client::{Outgoing, OutgoingOptions, SetupError, Times};
pub use datagrams::Datagrams;
pub use names::{Names, SystemNames};
pub use request::Request;
