//! Connections: who may start one, and the seats they occupy. Knows no bytes and no protocol.

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
mod why;

pub use held::{Coming, Connection, Session, Start};
pub use resume::Look;
pub use seat::{Ended, Seat, SessionKey};
pub use seats::Seats;
pub use why::why;
