//! The HTTP floor through its real doors: sockets, the real engine and store, real components,
//! and a live stream that really flows. Knows the host only by what goes over the wire.

mod client;
#[path = "../../../runtime/tests/support/guest.rs"]
#[allow(dead_code, unreachable_pub)]
mod guest;
mod panel;

mod front;
mod media;
mod surfaces;
