//! Transcode profiles: in which form a stream is sent, whatever its source has. Every value is a number or one of
//! listed words, so that no text of a user becomes an option of the program that does it.

mod kind;
mod profile;
mod read;

pub use kind::TRANSCODE_PROFILE;
pub use profile::{Audio, AudioCodec, Encoding, Profile, Video, VideoCodec};
