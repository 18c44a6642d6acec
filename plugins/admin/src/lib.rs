//! The admin surface: one file per action, the dialect in `actions.toml`.
//! Knows no rule: what may be created and changed, the host says.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
mod create_bouquet;
mod create_group;
mod create_package;
mod create_stream;
mod edit_bouquet;
mod edit_group;
mod edit_package;
mod edit_stream;
mod get_bouquet;
mod get_bouquets;
mod get_group;
mod get_groups;
mod get_package;
mod get_packages;
mod user_info;

mod bouquet_row;
mod group_packages;
mod group_row;
mod package_row;
mod stream_row;
