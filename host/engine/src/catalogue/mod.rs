//! What the calling line may watch, in the order of its bouquets. Lists may have hundreds of thousands of
//! entries, so they are read in pieces and written straight as JSON text.

mod archive;
mod categories;
mod episodes;
mod list;
mod listing;
mod one;
mod open;
mod row;
mod stream;

pub(crate) use archive::playable_days;
pub use categories::categories;
pub use episodes::{open_episodes, open_episodes_of};
pub use listing::Listing;
pub use one::open_one;
pub use open::open;
