//! Bare sound as a transport stream: radio that is sent as AAC (ADTS) or MPEG audio, and HLS segments
//! that hold nothing but sound.

mod frame;
mod packer;

use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError};

pub(crate) use packer::Packer;

/// Bare sound, packed as it arrives.
pub(crate) fn packed(bytes: ByteStream) -> ByteStream {
    let packing = futures_util::stream::unfold((bytes, Packer::new()), |(mut bytes, mut packer)| async {
        let packed = bytes.next().await?.and_then(|bytes| packer.push(&bytes).map_err(FetchError::Unplayable));
        Some((packed, (bytes, packer)))
    });
    Box::pin(packing)
}
