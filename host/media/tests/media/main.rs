//! Media through its own door: real loopback servers, real files, real ffmpeg where it is installed. Through the public
//! API only.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod air;
mod datagrams;
mod failover;
mod hls;
mod house;
mod lists;
mod live;
mod movies;
mod origin;
mod pictures;
mod shared;
mod sources;
