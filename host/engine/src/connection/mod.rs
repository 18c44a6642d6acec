//! Connections: who may start one, and the seats they occupy. Does not know bytes or protocols.

mod admit;
mod check;
mod held;
mod history;
mod lost;
mod read;
mod recheck;
mod resume;
mod seat;
mod seats;
mod session;
mod signal;
mod why;

pub use held::{Coming, Connection, SeatRequest};
pub use resume::Look;
pub use seat::Seat;
pub use seats::Seats;
pub use session::{Session, SessionKey};
pub use signal::Ended;
pub use why::why;
