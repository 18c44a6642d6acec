//! A user: a person who manages, in a tree of resellers below the admins. Sign-in is the engine's, balances are
//! in [`crate::ledger`].

mod fields;
mod role;

pub use fields::User;
pub use role::Role;

/// The deepest tree: an admin's reseller is at depth 1.
pub const MAX_DEPTH: u32 = 5;
