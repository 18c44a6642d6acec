//! Bodies that the host holds: built once for a key, cached compressed, spliced for each line. A build is a call like
//! any other, with markers instead of secrets.

pub(crate) mod begun;
pub(crate) mod build;
mod builds;
pub(crate) mod cache;
pub(crate) mod cached;
mod checksum;
pub(crate) mod encode;
pub(crate) mod file;
mod form;
pub(crate) mod key;
mod packed;
mod pieces;
pub(crate) mod reply;
pub(crate) mod shapes;
pub(crate) mod sink;
pub(crate) mod splice;
pub(crate) mod turns;
pub(crate) mod window;
pub(crate) mod wish;

pub use encode::Coding;
pub use pieces::Pieces;
pub(crate) use reply::header as header_of;
pub use reply::{BodyReply, Content};
