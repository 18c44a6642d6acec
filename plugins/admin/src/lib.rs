//! The admin surface: one file per action, the dialect in `actions.toml`.
//! Knows no rule: what may be created and changed, the host says.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
mod create_bouquet;
mod create_stream;
mod edit_bouquet;
mod edit_stream;
mod get_bouquet;
mod get_bouquets;
mod user_info;

mod bouquet_row;
mod stream_row;
