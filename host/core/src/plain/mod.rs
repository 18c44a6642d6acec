//! Plain kinds of record: declared in one place, stored as documents, without a type or a table of their own. A new
//! one is a file that declares it and its name in [`PLAIN`].

mod field;
mod kind;

pub use crate::reference::{Deletion, Reference};
pub use field::PlainField;
pub use kind::{Part, Parts, PlainKind, Stamp};

/// The plain kinds of every panel.
pub const PLAIN: &[&PlainKind] = &[
    &crate::block::BLOCK,
    &crate::hmac_key::HMAC_KEY,
    &crate::provider::PROVIDER,
    &crate::provider::PROVIDER_STREAM,
    &crate::rtmp_address::RTMP_ADDRESS,
    &crate::transcode::TRANSCODE_PROFILE,
];
