//! How the engine asks for a guide that is kept elsewhere.

use crate::import::{GuideItem, ImportError, LeftOut};
use crate::source::Source;
use futures_core::Stream;
use std::pin::Pin;

/// The items of a guide as they are read. What ends with an error was not read to its end, and nothing follows it;
/// dropping it closes the connection.
pub type GuideItems = Pin<Box<dyn Stream<Item = Result<Result<GuideItem, LeftOut>, ImportError>> + Send>>;

/// Reads guides at addresses. Whoever implements it opens them, unpacks and parses them, and holds them to limits of
/// size and time. Its errors name no address: it may hold credentials.
pub trait GuideFeed: Send + Sync + 'static {
    /// Begins to read the guide, within the async runtime. One that cannot be opened is its only item.
    fn items(&self, source: &Source) -> GuideItems;
}
