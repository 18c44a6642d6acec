//! The player surface: one file per action, the dialect in `actions.toml`. The host settles sign-in and seats before an
//! action runs, and its catalogue holds only what the line may watch.

linecard_sdk::plugin!("actions.toml");

mod account;
mod get_epg;
mod get_live_categories;
mod get_live_streams;
mod get_series;
mod get_series_categories;
mod get_series_info;
mod get_short_epg;
mod get_simple_data_table;
mod get_vod_categories;
mod get_vod_info;
mod get_vod_streams;
mod panel_account;
mod panel_api;

mod categories;
mod entry;
mod epg_row;
mod listing;
mod room;
mod title;
mod uncategorised;
