//! The rules for outgoing connections, against real servers on loopback that note what reaches
//! them.
#![allow(clippy::unwrap_used)]

mod addresses;
mod bodies;
mod client;
mod redirects;
mod server;
