//! Verbs on installed plugins: which file of which version a tenant has, and what the operator granted it. Kept
//! in the control database. The runtime loads the files.

mod add;
mod change;
mod installed;

pub use add::{Added, add};
pub use change::{grant, nominate, remove, revoke, set_enabled, set_settings};
pub use installed::{find, installed};
