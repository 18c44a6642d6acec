//! Verbs on users: who manages, below whom, with which keys. Sign-in is [`crate::sign_in`].

mod create;
mod enabled;
mod fields;
mod get;
pub(crate) mod key;
mod list;
mod me;
mod password;
mod view;

pub use create::create;
pub(crate) use create::created;
pub use enabled::set_enabled;
pub use get::get;
pub use key::{OwnedKey, create_key, list_keys, revoke_key};
pub use list::list;
pub use me::me;
pub use password::reset_password;
