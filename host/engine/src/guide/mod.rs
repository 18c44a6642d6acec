//! The guide of what the calling line may watch. Times are unix seconds with each stream's offset applied.

mod channels;
mod index;
mod indexed;
mod programmes;
mod row;

pub use channels::{channel_programmes, channels};
pub(crate) use index::Index;
pub use programmes::programmes;
