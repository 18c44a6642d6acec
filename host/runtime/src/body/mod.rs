//! Bodies that the host holds: built once for a key, kept compressed, spliced for each line.
//! Knows nothing of guests; a build is a call like any other, with markers instead of secrets.

pub(crate) mod build;
pub(crate) mod cache;
pub(crate) mod encode;
mod form;
pub(crate) mod key;
pub(crate) mod reply;
pub(crate) mod splice;

pub use encode::Coding;
pub(crate) use reply::header as header_of;
pub use reply::{BodyReply, Content, Pieces};
