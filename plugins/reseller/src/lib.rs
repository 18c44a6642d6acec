//! The reseller surface: one file per action, the dialect in `actions.toml`.
//! Knows no rule: whether a sale, an edit or a movement of credits is right, the host says.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
mod create_line;
mod create_user;
mod edit_line;
mod packages;
mod user_info;
