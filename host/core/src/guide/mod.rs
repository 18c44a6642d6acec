//! The guide: programmes of channels, from sources that are built beside the old one and then
//! switched, so that a failed import keeps the last good guide.

mod programme;
mod source;

pub use programme::{Build, GuideChannel, Programme, READ_BYTES};
pub use source::{GuideSource, MOST_HOURS};
