//! Providers: accounts at other panels, whose channels, movies and series an operator makes streams of. What is fetched
//! of one are its list and what it says of the account.

mod account;
mod item;
mod kind;

pub use account::Account;
pub use item::{ACTIONS, Facts, Listed, ProviderItem};
pub use kind::{MOST_LISTED, PROVIDER, PROVIDER_STREAM, due_again, is_fetched, same_account};
