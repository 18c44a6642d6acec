//! The player surface: one file per action, the dialect in `actions.toml`.
//! Knows nothing of sign-in and seats: the host has answered those before an action runs.

linecard_sdk::plugin!("actions.toml");

mod account;
mod get_live_categories;
mod get_live_streams;
mod get_series;
mod get_series_categories;
mod get_short_epg;
mod get_simple_data_table;
mod get_vod_categories;
mod get_vod_streams;

mod categories;
mod epg_row;
mod listing;
mod title;
mod uncategorised;
