//! The logs, as callers see them: an admin all rows, a reseller those of the tree, a line its own connections. A row
//! belongs to whoever owned the line when it happened, whoever owns it now.

mod activity;
mod query;
mod refusals;
mod sign_ins;

pub use activity::activity;
pub use refusals::refusals;
pub use sign_ins::sign_ins;
