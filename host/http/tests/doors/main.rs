//! The HTTP floor through its real doors: sockets, the real engine and store, real components, and a live stream that
//! really flows. They see the host only by what goes over the wire.

// A test that cannot go on says where it stopped.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod elsewhere;
#[path = "../../../runtime/tests/support/guest.rs"]
#[allow(dead_code, unreachable_pub)]
mod guest;
mod panel;
mod probe;

mod crowd;
mod ending;
mod front;
mod half_closed;
mod host_names;
mod logs;
mod media;
mod patience;
mod proxy_headers;
mod surfaces;
mod tls;
mod wire;
