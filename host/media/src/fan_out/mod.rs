//! One upstream connection, many viewers: channel, ring, viewers, and the order of the sources. What a source is
//! opened with is handed in.

mod channel;
mod cutter;
mod list;
mod order;
mod paced;
mod play;
#[cfg(test)]
mod program_tests;
mod returning;
mod ring;
mod rounds;
mod run;
mod upstream;
mod viewer;

pub(crate) use channel::{Channel, Plan};
pub(crate) use list::List;
#[cfg(test)]
pub(crate) use ring::Entry;
pub(crate) use ring::Piece;
pub(crate) use upstream::Upstream;
pub use viewer::Viewer;
