//! How the engine asks for the list of a provider.

use crate::import::ImportError;
use crate::provider::{Account, ProviderItem};
use futures_core::Stream;
use std::pin::Pin;

/// What a provider says of an account, and then its list. What ends with an error was not read to its end; dropping it
/// closes the connection.
pub type ProviderItems = Pin<Box<dyn Stream<Item = Result<ProviderItem, ImportError>> + Send>>;

/// Reads the lists of providers. Whoever implements it asks and parses, and holds the answers to limits of size and time.
/// Its errors name no address: it has a password in it.
pub trait ProviderFeed: Send + Sync + 'static {
    /// Begins to ask, within the async runtime. A provider that does not answer is its only item.
    fn listed(&self, account: &Account) -> ProviderItems;
}
