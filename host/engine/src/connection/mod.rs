//! Connections: who may start one, and the seats they occupy. Does not know bytes or protocols.

mod admit;
mod check;
mod end;
mod history;
mod of_stream;
mod read;
mod recheck;
mod responses;
mod resume;
mod seat;
mod seats;
mod session;
mod signal;
mod why;

pub use end::end;
pub(crate) use history::container;
pub use host_core::lease::{Coming, Ended, SeatRequest, SessionKey};
pub use resume::Look;
pub use seat::Seat;
pub use seats::{Connection, Seats};
pub use session::Session;
pub use why::why;
