//! Verbs on users: who manages, below whom, with which keys. Sign-in is [`crate::sign_in`].

mod choice;
mod create;
mod delete;
mod edit;
mod fields;
mod find;
mod get;
pub(crate) mod key;
mod list;
mod me;
mod password;
mod tree;
mod view;

pub use create::create;
pub(crate) use create::created;
pub use delete::delete;
pub use edit::edit;
pub use find::find;
pub use get::get;
pub use key::{OwnedKey, create_key, list_keys, revoke_key};
pub use list::list;
pub use me::me;
pub use password::reset_password;
